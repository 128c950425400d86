"""pytest-xdist: as many workers as this machine has room for."""

import os
from pathlib import Path

from membench.harness.sizing.forms import mebibytes
from membench.harness.sizing.model import Size
from membench.harness.units import MIB, format_bytes

KEPT_BYTES = 512 * MIB  # for the controller and the system


def available_bytes(meminfo: Path = Path("/proc/meminfo")) -> int:
    """Tell what this machine can give to new processes."""
    for line in meminfo.read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


class Xdist:
    """Options of pytest."""

    summary = "pytest-xdist: -n for this machine, each worker under the limit"

    def render(self, size: Size) -> str:
        """Write the command; a worker takes as much as the workload that was measured."""
        available, processors = available_bytes(), len(os.sched_getaffinity(0))
        workers = max(1, min(processors, (available - KEPT_BYTES) // size.limit_bytes))
        return (
            f'pytest -n {workers} --membench-limit "{mebibytes(size.limit_bytes)} MiB"'
            f"  # {processors} CPUs, {format_bytes(available)} available\n"
        )


FORM = Xdist()
