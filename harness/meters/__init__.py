"""Instruments, one a file. A meter's module is loaded inside the measured process, so it imports next to nothing.

Each module has a `METER` that follows `Meter`.
"""

import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Protocol

from harness.errors import unknown_name

FOLDER = Path(__file__).parent


class Meter(Protocol):
    """An instrument at work inside the measured process."""

    summary: str  # what it reads, in one line

    def start(self) -> None:
        """Begin to measure; called before the workload is imported."""
        ...

    def end_phase(self) -> int:
        """Tell the peak in bytes since the last call (or the start), and begin the next phase."""
        ...


def meter_names() -> list[str]:
    """List the meters without importing any."""
    return sorted(module.name for module in pkgutil.iter_modules([str(FOLDER)]))


def meter_file(name: str) -> Path:
    """Find the file of a meter.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in meter_names():
        raise unknown_name("meter", name, meter_names())
    return FOLDER / f"{name}.py"


def load_summary(name: str) -> str:
    """Tell in one line what a meter reads."""
    meter_file(name)
    summary: str = import_module(f"harness.meters.{name}").METER.summary
    return summary
