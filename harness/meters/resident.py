"""What is resident at the end of each phase: how far a process has grown, and not how high it was."""

import os
from typing import Any

_KIB = 1024


class Resident:
    """Reads the anonymous pages of the process, which the kernel counts anew for each reading, at each phase's end."""

    summary = "anonymous resident memory at the end of each phase, exact at that moment; for `membench leak`"

    def start(self, scratch: str) -> None:
        """Do nothing."""
        del scratch

    def end_phase(self) -> int:
        """Tell what is resident now."""
        descriptor = os.open("/proc/self/smaps_rollup", os.O_RDONLY)
        try:
            found = os.read(descriptor, 4096)
        finally:
            os.close(descriptor)
        start = found.index(b"Anonymous:") + len(b"Anonymous:")
        return int(found[start : found.index(b"kB", start)]) * _KIB

    def finish(self, scratch: str) -> dict[str, Any]:
        """Add nothing: the figure is the largest of the phases' ends."""
        del scratch
        return {}


METER = Resident()
NEEDS_PACKAGES = False
NAMES_FILES = False


def collect(scratch: object, artifacts: object) -> dict[str, Any]:
    """Add nothing."""
    del scratch, artifacts
    return {}
