"""What the kernel's account, polling and tracing come to together: one figure, and what it can miss.

The account is the ground: `ru_maxrss` of every process that was collected. Polling and tracing stand in where a program
keeps something from the account, and give the names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from membench.harness.kernel.supervisor import Ended
from membench.harness.model import CommandFacts
from membench.harness.trial.poller import Polled

ACCOUNTING = "accounting"
TRACED = "traced"
POLLED = "polled"
COUNTER_ERROR_BYTES = 1024 * 1024
"""Since Linux 6.2 each CPU keeps up to 32 pages of every counter to itself, which a reading meanwhile is wrong by."""
NAMED_SHARE = 0.05  # a process polled within this share of the figure is the one that it is of
TRACE_REFUSED = "the system refuses to let it be traced, so the account stands alone"  # no less exact for that
FLOOR_ROOM_BYTES = 512 * 1024  # what the supervisor in Python may grow by after it has told its floor


@dataclass(slots=True, kw_only=True)
class Account:
    """Everything that was learned of a command's processes."""

    root: int
    floor_bytes: int = 0
    adopts_orphans: bool = True
    ended: list[Ended] = field(default_factory=list)
    polled: Mapping[int, Polled] = field(default_factory=dict)
    traced: Mapping[int, Polled] | None = None  # at the exit of each; None where it was not traced
    trace_refused: bool = False
    ignores_children: bool = False
    can_poll: bool = True
    complete: bool = True  # whether the supervisor lived to tell of everything
    not_ended: frozenset[int] = frozenset()  # left, because they are another user's
    samples: int = 0
    largest_gap_seconds: float = 0.0

    def facts(self, *, left_behind: int) -> CommandFacts:
        """Say what the figure is, how it was come by, and what it can miss."""
        peak, method, caveats = self._peak()
        root = next((ended for ended in self.ended if ended.pid == self.root), None)
        return CommandFacts(
            root_peak_bytes=self._root_peak(root, peak),
            largest_peak_bytes=peak,
            largest_process=self._name(peak) if peak else "",
            exact=method != POLLED and not caveats,
            cpu_seconds=round(root.cpu_seconds, 6) if root else 0.0,
            exit_status=root.status if root and root.status >= 0 else None,
            left_behind=left_behind,
            method=method,
            samples=self.samples,
            largest_gap_seconds=round(self.largest_gap_seconds, 6),
            caveats=(*caveats, *([TRACE_REFUSED] if self.trace_refused else [])),
        )

    def _peak(self) -> tuple[int | None, str, tuple[str, ...]]:
        accounted = max((ended.peak_bytes for ended in self.ended), default=0)
        polled = max((seen.peak for seen in self.polled.values()), default=0)
        traced = max((seen.peak for seen in (self.traced or {}).values()), default=0)
        caveats = list(self._caveats())
        method = ACCOUNTING if self.traced is None else TRACED
        if traced and traced >= polled and self._exceeds(traced, accounted):
            return traced, TRACED, tuple(caveats)
        if self._is_floor(accounted):
            if polled:
                caveats.append(f"it is smaller than what starts it here, so its peak was polled; {self._gap}")
                return polled, POLLED, tuple(caveats)
            caveats.append("it is smaller than what starts it here, and ended before it could be polled: at most this")
            return accounted or None, method, tuple(caveats)
        if self._exceeds(polled, max(accounted, traced)):
            if not caveats:
                caveats.append(f"a process reset its mark, so its peak was polled; {self._gap}")
            return polled, POLLED, tuple(caveats)
        return accounted or polled or None, method if accounted else POLLED, tuple(caveats)

    def _is_floor(self, accounted: int) -> bool:
        room = FLOOR_ROOM_BYTES if self.floor_bytes > FLOOR_ROOM_BYTES else 0
        return accounted <= self.floor_bytes + room

    @staticmethod
    def _exceeds(peak: int, other: int) -> bool:
        return peak > other + COUNTER_ERROR_BYTES

    @property
    def _gap(self) -> str:
        return f"what it grew by in up to {self.largest_gap_seconds * 1000:.0f} ms can be missed"

    def _caveats(self) -> list[str]:
        found = []
        if self.ignores_children and self.traced is None:
            found.append(f"a process ignored SIGCHLD, so its children have no account and were polled; {self._gap}")
        if not self.adopts_orphans:
            found.append("the system refuses the adoption of orphans, so those have no account and were polled")
        if not self.complete:
            found.append("the command ended the process that keeps its account; what it held after that is missed")
        if self.not_ended:
            numbers = ", ".join(map(str, sorted(self.not_ended)))
            found.append(f"processes that are another user's could not be ended and are not accounted for: {numbers}")
        if not self.can_poll:
            found.append("/proc shows another PID namespace, so names, and a mark that a program lowers, are missed")
        return found

    def _root_peak(self, root: Ended | None, peak: int | None) -> int | None:
        """Give the peak of the started process alone; where it waited for others, as far as it was polled or traced."""
        if root and root.waited is False and not self._is_floor(root.peak_bytes):
            own = root.peak_bytes
            polled = self.polled[self.root].peak if self.root in self.polled else 0
            return polled if self._exceeds(polled, own) else own
        seen = [peaks[self.root].peak for peaks in (self.polled, self.traced or {}) if self.root in peaks]
        # The two differ by the error of the counters, and the largest of all is none less than one of them.
        return min(max(seen), peak or 0) if seen else None

    def _name(self, peak: int) -> str:
        """Name the process that the figure is of; "" where none was seen that it can be of."""
        near = peak - max(COUNTER_ERROR_BYTES, round(peak * NAMED_SHARE))
        seen = [*self.polled.values(), *(self.traced or {}).values()]
        largest = max(seen, default=None)
        if largest is not None and largest.peak >= near:
            return largest.name
        alone = [ended for ended in self.ended if ended.waited is False and ended.peak_bytes == peak]
        return alone[0].name if alone else ""
