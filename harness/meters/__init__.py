"""Instruments, one a file. A meter's module is loaded inside the measured process, so it imports next to nothing.

Each module has a `METER` that follows `Meter`.
"""

from pathlib import Path
from typing import Any, Protocol, cast

from membench.harness.discovery import Registry


class Meter(Protocol):
    """An instrument at work inside the measured process."""

    summary: str  # what it reads, in one line

    def start(self, scratch: str) -> None:
        """Begin to measure; called before the workload is imported, or once its set-up is done.

        The scratch folder is one that `finish` and `collect` are given too.
        """
        ...

    def end_phase(self) -> int | None:
        """Tell the peak in bytes since the last call (or the start), and begin the next phase; None if unknown."""
        ...

    def finish(self, scratch: str) -> dict[str, Any]:
        """Stop measuring; give what is to be added to the reading.

        `peak_bytes` where it is not the largest of the phases; `call_sites` as a list of dicts with `file`, `line`,
        `function` and `bytes`, largest first; `source` in words. May leave files in the scratch folder for
        `collect`. Called once, before the output is checked, also where the workload has failed.
        """
        ...


class MeterModule(Protocol):
    """What a meter's file holds. All but `METER` is used outside the measured process."""

    METER: Meter
    NEEDS_PACKAGES: bool  # the measured process gets site-packages on its search path
    NAMES_FILES: bool  # it gives call sites, so what is imported has its own path and not one of a fixed length

    def collect(self, scratch: Path, artifacts: Path | None) -> dict[str, Any]:
        """Make what can be made once the process has ended, of the files that `finish` left.

        Gives fields to add to the reading, like `finish`. Files worth keeping go to the folder `artifacts`, if
        there is one, and are named relative to its parent under `artifacts`.
        """
        ...


METERS = Registry(kind="meter", package=__name__, folders=__path__)


def meter_names() -> list[str]:
    """List the meters without importing any."""
    return METERS.names()


def meter_file(name: str) -> Path:
    """Find the file of a meter.

    Raises:
        UsageError: there is none of that name.
    """
    return METERS.file(name)


def load_meter(name: str) -> MeterModule:
    """Load the file of a meter, for what is done with it outside the measured process.

    Raises:
        UsageError: there is none of that name.
    """
    return cast("MeterModule", METERS.module(name))
