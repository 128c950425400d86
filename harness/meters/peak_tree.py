"""A process and all its descendants at their common peak, watched from outside."""

from typing import Any


class PeakTree:
    """Does nothing inside the measured process: the tree is read from outside (`harness.tree`)."""

    summary = "anonymous and shared memory of a process and all its descendants at their common peak, sampled"

    def start(self) -> None:
        """Do nothing."""

    def end_phase(self) -> None:
        """Know no phases."""

    def finish(self, scratch: str) -> dict[str, Any]:
        """Add nothing."""
        del scratch
        return {}


METER = PeakTree()
NEEDS_PACKAGES = False


def collect(scratch: object, artifacts: object) -> dict[str, Any]:
    """Add nothing."""
    del scratch, artifacts
    return {}
