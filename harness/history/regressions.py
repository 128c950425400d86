"""What became of each change of level: new, accepted with a reason, or fixed. Pure: a history in, states out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from membench.harness.history.series import Change, Series
from membench.harness.keys import Key

_HALF = 2  # what undoes, or accepts, at least half of a rise is about that rise


class State(StrEnum):
    """What is said of a change of level."""

    NEW = "new"
    ACCEPTED = "accepted"
    FIXED = "fixed"
    IMPROVEMENT = "improvement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A level that was promoted into a baseline."""

    key: Key
    at: str
    by: str
    reason: str
    to_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A change of level with its state."""

    change: Change
    state: State
    reason: str = ""  # why it was accepted, and by whom
    fixed_run: int | None = None  # index of the run that brought the level down again


def judge_changes(series: Series, created: Sequence[str], accepted: Iterable[Acceptance]) -> list[Judged]:
    """Tell the state of each change of one series.

    Args:
        series: with its changes.
        created: when each run was made, ISO 8601.
        accepted: the promotions of the series' workload; a later one goes before an earlier one.
    """
    own = [one for one in accepted if one.key == series.key]
    return [_judged(change, series.changes[number + 1 :], created, own) for number, change in enumerate(series.changes)]


def _judged(change: Change, later: Sequence[Change], created: Sequence[str], accepted: Sequence[Acceptance]) -> Judged:
    if change.shift_bytes <= 0:
        return Judged(change=change, state=State.IMPROVEMENT)
    most = change.before_bytes + change.shift_bytes // _HALF
    fix = next((one for one in later if one.after_bytes <= most), None)
    if fix is not None:
        return Judged(change=change, state=State.FIXED, fixed_run=fix.run)
    since = _date(created[change.run])
    fitting = [one for one in accepted if one.to_bytes > most and _date(one.at) >= since]
    if fitting:
        newest = max(fitting, key=lambda one: _date(one.at))
        return Judged(change=change, state=State.ACCEPTED, reason=f"{newest.reason} ({newest.by})")
    return Judged(change=change, state=State.NEW)


def _date(text: str) -> datetime:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
