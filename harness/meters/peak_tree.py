"""A process and all its descendants at their common peak, watched from outside."""

from typing import Any

_KIB = 1024


class PeakTree:
    """Reads the tree from outside (`kernel.process_tree`), and inside only what the samples may have missed."""

    summary = "anonymous and shared memory of a process and all its descendants at their common peak"

    def start(self, scratch: str) -> None:
        """Do nothing."""
        del scratch

    def end_phase(self) -> None:
        """Know no phases."""

    def finish(self, scratch: str) -> dict[str, Any]:
        """Tell how much this process alone held at its own peak: the tree's peak is no smaller.

        That is its high-water mark without the pages of mapped files, which only grow in number while it runs.
        """
        del scratch
        with open("/proc/self/status", "rb") as status:
            fields = dict(line.split(b":", 1) for line in status.read().splitlines() if b":" in line)
        peak, file = (int(fields[name].split()[0]) * _KIB for name in (b"VmHWM", b"RssFile"))
        return {"floor_bytes": max(0, peak - file)}


METER = PeakTree()
NEEDS_PACKAGES = False


def collect(scratch: object, artifacts: object) -> dict[str, Any]:
    """Add nothing."""
    del scratch, artifacts
    return {}
