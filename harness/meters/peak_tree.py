"""A process and all its descendants at their common peak, watched from outside."""

import os
from typing import Any

_KIB = 1024
# clear_refs takes several commands; 5 sets the high-water mark back to what is resident now (proc(5)).
_RESET_PEAK = b"5"


class PeakTree:
    """Reads the tree from outside (`kernel.process_tree`), and inside only what the samples may have missed."""

    summary = "anonymous and shared memory of a process and all its descendants at their common peak"

    def start(self, scratch: str) -> None:
        """Do nothing."""
        del scratch

    def end_phase(self) -> int | None:
        """Tell how much this process alone has held since the last call: the tree's peak is no smaller.

        That is its high-water mark without the pages of mapped files, which only grow in number while it runs. None
        where the kernel does not let the process reset its mark: then that of an earlier phase may be in it.
        """
        with open("/proc/self/status", "rb") as status:
            fields = dict(line.split(b":", 1) for line in status.read().splitlines() if b":" in line)
        peak, file = (int(fields[name].split()[0]) * _KIB for name in (b"VmHWM", b"RssFile"))
        try:
            descriptor = os.open("/proc/self/clear_refs", os.O_WRONLY)
        except OSError:
            return None
        try:
            os.write(descriptor, _RESET_PEAK)
        finally:
            os.close(descriptor)
        return max(0, peak - file)

    def finish(self, scratch: str) -> dict[str, Any]:
        """Add nothing: the floor is the largest of the phases."""
        del scratch
        return {}


METER = PeakTree()
NEEDS_PACKAGES = False
NAMES_FILES = False


def collect(scratch: object, artifacts: object) -> dict[str, Any]:
    """Add nothing."""
    del scratch, artifacts
    return {}
