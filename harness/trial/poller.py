"""Polls the processes of a command while they run: for names, and for what the kernel's account leaves out.

Polling never takes more than a small share of a CPU. Where a tree is large it therefore polls less often, and says so:
the number of polls and the largest gap between two belong to the reading.
"""

import time
from typing import NamedTuple

from membench.harness.kernel.live_tree import Status, below, shows_own_numbers, statuses_below

POLL_SECONDS = 0.01
LONGEST_POLL_SECONDS = 0.25
SHARE = 0.01  # of one CPU
FIRST_SECONDS = 0.01  # of a CPU that the first looks may take at full pace: most programs end within them


class Polled(NamedTuple):
    """The largest high-water mark that was seen of a process, and the name that it had then."""

    peak: int
    name: str


def pause_after(cost: float, taken: float) -> float:
    """Give the seconds to wait after a look that took so many seconds of a CPU, and all looks so far so many."""
    if taken <= FIRST_SECONDS:
        return POLL_SECONDS
    return min(max(POLL_SECONDS, cost / SHARE), LONGEST_POLL_SECONDS)


class Poller:
    """Polls every process below a supervisor."""

    def __init__(self, supervisor: int) -> None:
        self._supervisor = supervisor
        self._last = 0.0
        self._taken = 0.0  # seconds of a CPU, by all polls
        self.possible = shows_own_numbers()
        self.pids: list[int] = []  # at the last poll
        self.peaks: dict[int, Polled] = {}
        self.alone_bytes = 0  # the most that one process held at its own peak, pages of mapped files left out
        self.huge_bytes = 0  # the most that any one process held of a huge page pool
        self.ignores_children = False  # any process at any poll
        self.samples = 0
        self.largest_gap_seconds = 0.0

    def tree(self) -> list[int]:
        """List the processes that are there now."""
        return below(self._supervisor) if self.possible else []

    def start(self, at: float) -> None:
        """Begin the first gap: the command runs, and has not been polled yet."""
        self._last = at

    def poll(self) -> tuple[int, float]:
        """Look at every process; give what the largest one holds now, and the seconds to wait until the next poll."""
        if not self.possible:
            return 0, LONGEST_POLL_SECONDS
        before = time.thread_time()
        self.note_gap(time.monotonic())
        self.samples += 1
        found = dict(statuses_below(self._supervisor))
        self.pids = list(found)
        largest = max((self._note(pid, status) for pid, status in found.items() if status is not None), default=0)
        cost = time.thread_time() - before
        self._taken += cost
        return largest, pause_after(cost, self._taken)

    def note_gap(self, now: float) -> None:
        """End a gap: with a poll, or because the command has ended."""
        self.largest_gap_seconds = max(self.largest_gap_seconds, now - self._last)
        self._last = now

    def _note(self, pid: int, status: Status) -> int:
        self.ignores_children |= status.ignores_children
        self.huge_bytes = max(self.huge_bytes, status.huge)
        self.alone_bytes = max(self.alone_bytes, status.peak - status.file)
        if pid not in self.peaks or status.peak > self.peaks[pid].peak:
            self.peaks[pid] = Polled(status.peak, status.name)
        return status.now
