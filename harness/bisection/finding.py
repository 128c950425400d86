"""What a bisection finds: for each workload that rose, the commit that brought it or those of which one did."""

from collections.abc import Mapping
from dataclasses import dataclass

from membench.harness.bisection.line import ListedCommit
from membench.harness.bisection.walk import Standing
from membench.harness.gate.causes import Cause
from membench.harness.gate.verdicts import GateRow
from membench.harness.keys import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """The rise of one workload from the good end to the bad one, and where it came from."""

    key: Key
    good_bytes: int
    bad_bytes: int
    candidates: tuple[ListedCommit, ...]  # one of these brought it; the last is known to have it
    after: ListedCommit  # the last commit known not to have it
    own: GateRow  # from `after` to the last candidate

    @property
    def first_bad(self) -> ListedCommit | None:
        """The commit that brought it; None where it is one of several."""
        return self.candidates[-1] if len(self.candidates) == 1 else None

    @property
    def total_bytes(self) -> int:
        """How far the peak rose from end to end."""
        return self.bad_bytes - self.good_bytes

    @property
    def shift_bytes(self) -> int:
        """How far it rose from the last commit without it to the first with it."""
        return self.own.shift.bytes if self.own.shift else 0

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The lines that grew, largest first."""
        return self.own.causes


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A commit between the ends that was measured, or that could not be."""

    commit: ListedCommit
    peaks: Mapping[Key, int | None]
    standings: Mapping[Key, Standing]
    failure: str = ""  # why nothing of it counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a bisection found."""

    good: ListedCommit
    bad: ListedCommit
    rises: tuple[Rise, ...]  # largest first
    visits: tuple[Visit, ...]  # in the order of the walk
    between: int  # commits from the good end, without it, to the bad one
    warnings: tuple[str, ...] = ()
