"""The peak of Python's own allocations, exact for each phase, and the lines that hold them at the peak.

A snapshot at the end shows what is left, not the peak. So as functions begin and end the traced memory is looked at,
and whenever it has grown by 5 % beyond its largest so far the lines that hold it are taken down anew: the last time
that happens lies within 5 % of the peak. What a line allocates and frees again without calling anything is in the
peak, which is exact, but not among the lines; `source` says how much of the peak they make up.
"""

import sys
import threading
import tracemalloc
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

MAX_CALL_SITES = 50
GROWTH = 1.05
SMALLEST_BYTES = 1024 * 1024  # below that the lines would be taken down at every other call


class Tracemalloc:
    """Traces every allocation of Python's allocators between `start` and `finish`."""

    summary = "the peak of Python's own allocations, exact for each phase, and the lines that hold them at the peak"

    def __init__(self, *, smallest_bytes: int = SMALLEST_BYTES) -> None:
        self._next_look = smallest_bytes
        self._phase_peak = 0
        self._peak = 0
        self._snapshot: tracemalloc.Snapshot | None = None
        self._snapshot_bytes = 0  # what the snapshot itself takes: it is traced too
        self._held = 0  # of the workload, at the moment of the snapshot

    def start(self, scratch: str) -> None:
        """Begin to trace."""
        del scratch
        tracemalloc.start()
        threading.setprofile(self._look)
        sys.setprofile(self._look)

    def end_phase(self) -> int:
        """Tell the peak in bytes since the last call, and begin the next phase."""
        self._note_peak()
        ended, self._phase_peak = self._phase_peak, 0
        return ended

    def finish(self, scratch: str) -> dict[str, Any]:
        """Stop tracing; give the peak and the lines nearest to it."""
        del scratch
        sys.setprofile(None)
        threading.setprofile(None)
        self._note_peak()
        tracemalloc.stop()
        text = f"Python's allocations since before the workload's import; {self.lines_source}"
        return {"peak_bytes": self._peak, "source": text, "call_sites": self._call_sites()}

    @property
    def lines_source(self) -> str:
        """When the lines were taken down, as a part of a sentence; known once it has finished."""
        covered = 100 * self._held / self._peak if self._peak else 100.0
        return f"lines taken at {covered:.1f} % of the peak"

    def _look(self, frame: object, event: str, argument: object) -> None:
        del frame, event, argument
        if tracemalloc.get_traced_memory()[0] - self._snapshot_bytes >= self._next_look:
            self._take_snapshot()

    def _take_snapshot(self) -> None:
        """Take down what holds the memory now, in place of what was taken down before."""
        self._note_peak()
        self._snapshot = None
        self._held = tracemalloc.get_traced_memory()[0]
        self._next_look = int(self._held * GROWTH)
        self._snapshot = tracemalloc.take_snapshot()
        self._snapshot_bytes = tracemalloc.get_traced_memory()[0] - self._held
        tracemalloc.reset_peak()

    def _note_peak(self) -> None:
        peak = tracemalloc.get_traced_memory()[1] - self._snapshot_bytes
        self._phase_peak = max(self._phase_peak, peak)
        self._peak = max(self._peak, peak)
        tracemalloc.reset_peak()

    def _call_sites(self) -> list[dict[str, Any]]:
        if self._snapshot is None:
            return []
        own = tracemalloc.Filter(inclusive=False, filename_pattern=__file__)
        return call_sites_of(self._snapshot.filter_traces((own,)).statistics("lineno"))


def call_sites_of(lines: list[tracemalloc.Statistic]) -> list[dict[str, Any]]:
    """Give the largest of the lines of a snapshot, as a reading has call sites."""
    return [
        {"file": line.traceback[0].filename, "line": line.traceback[0].lineno, "function": "", "bytes": line.size}
        for line in lines[:MAX_CALL_SITES]
    ]


METER = Tracemalloc()
NEEDS_PACKAGES = False
NAMES_FILES = True


def collect(scratch: "Path", artifacts: "Path | None") -> dict[str, Any]:
    """Add nothing: the lines are in the reading."""
    del scratch, artifacts
    return {}
