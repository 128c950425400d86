"""What Python's allocators have given out and not got back at the end of each phase."""

import tracemalloc
from typing import Any


class Live:
    """Reads the memory that tracemalloc traces, at each phase's end."""

    summary = "Python's live allocations at the end of each phase, exact to the byte; for `membench leak`"

    def start(self, scratch: str) -> None:
        """Begin to trace."""
        del scratch
        tracemalloc.start()

    def end_phase(self) -> int:
        """Tell what is allocated now."""
        return tracemalloc.get_traced_memory()[0]

    def finish(self, scratch: str) -> dict[str, Any]:
        """Stop tracing; the figure is the largest of the phases' ends."""
        del scratch
        tracemalloc.stop()
        return {}


METER = Live()
NEEDS_PACKAGES = False
NAMES_FILES = False


def collect(scratch: object, artifacts: object) -> dict[str, Any]:
    """Add nothing."""
    del scratch, artifacts
    return {}
