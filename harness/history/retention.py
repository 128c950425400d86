"""Which stored runs may go. Pure: runs in, runs out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from membench.harness.history.index.reading import StoredRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is kept; a run that any of them keeps stays. None is no rule."""

    newest: int | None = None  # runs of each class of machines
    days: int | None = None  # since a run was measured
    every: int | None = None  # commits: one run of each so many stays


def dispensable(runs: Sequence[StoredRun], rules: Rules, *, kept: Collection[int], now: datetime) -> list[StoredRun]:
    """Find the runs that no rule keeps.

    Args:
        runs: in the order of their commits.
        rules: what is kept.
        kept: the runs that stay in any case, such as those that begin a new level.
        now: with its time zone.
    """
    stays = set(kept)
    for class_id in {run.class_id for run in runs}:
        own = [run for run in runs if run.class_id == class_id]
        if rules.newest:
            stays |= {run.id for run in own[-rules.newest :]}
        if rules.every:
            stays |= set(_sparse(own, rules.every))
    if rules.days is not None:
        stays |= {run.id for run in runs if _date(run) >= now - timedelta(days=rules.days)}
    return [run for run in runs if run.id not in stays]


def _sparse(runs: Sequence[StoredRun], every: int) -> list[int]:
    """Keep one run of each stretch of so many commits, or of so many runs where no commits are known."""
    first: dict[int, int] = {}
    for number, run in enumerate(runs):
        first.setdefault((run.place or number) // every, run.id)
    return list(first.values())


def _date(run: StoredRun) -> datetime:
    date = datetime.fromisoformat(run.created)
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
