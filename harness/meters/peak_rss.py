"""The kernel's own high-water mark of the process's resident memory: exact, and never sampled."""

import os
from typing import Any

_KIB = 1024
# clear_refs takes several commands; 5 sets the high-water mark back to what is resident now (proc(5)).
_RESET_PEAK = b"5"


class PeakRss:
    """Reads `VmHWM`, which starts anew at exec, and resets it between phases."""

    summary = "the kernel's high-water mark of resident memory (VmHWM), exact for each phase"

    def start(self, scratch: str) -> None:
        """Do nothing: the mark counts since exec, so the interpreter's own start is part of the first phase."""
        del scratch

    def end_phase(self) -> int:
        """Tell the peak in bytes since the last call, and reset the mark.

        Raises:
            OSError: the kernel does not let the process reset its own mark.
        """
        peak = _high_water_mark()
        descriptor = os.open("/proc/self/clear_refs", os.O_WRONLY)
        try:
            os.write(descriptor, _RESET_PEAK)
        finally:
            os.close(descriptor)
        return peak

    def finish(self, scratch: str) -> dict[str, Any]:
        """Add nothing: the peak is the largest of the phases."""
        del scratch
        return {}


def _high_water_mark() -> int:
    descriptor = os.open("/proc/self/status", os.O_RDONLY)
    try:
        status = os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
    start = status.index(b"VmHWM:") + len(b"VmHWM:")
    return int(status[start : status.index(b"kB", start)]) * _KIB


METER = PeakRss()
NEEDS_PACKAGES = False
NAMES_FILES = False


def collect(scratch: object, artifacts: object) -> dict[str, Any]:
    """Add nothing."""
    del scratch, artifacts
    return {}
