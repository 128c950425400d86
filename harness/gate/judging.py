"""Decides whether a change of peak memory may go in. Pure: samples in, verdicts out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from math import floor

from membench.harness.gate.slopes import slope_rows
from membench.harness.gate.verdicts import Acceptance, GateRow, Verdict, missing
from membench.harness.keys import Key
from membench.harness.model import MEASURED, Sample
from membench.harness.statistics.decision import (
    FEWEST_TRIALS,
    MOST_REPEATS,
    Decision,
    Finding,
    decide,
    repeats_to_decide,
)
from membench.harness.statistics.shift import estimate_shift
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.units import format_bytes, format_shift

AcceptanceOf = Callable[[Key], Acceptance | None]
"""Gives the rise that a change accepts of a configuration."""


def _nothing_accepted(key: Key) -> None:
    del key


def judge_all(
    base: Mapping[Key, Sample],
    head: Mapping[Key, Sample],
    thresholds: Thresholds,
    *,
    against: str,
    removed: Iterable[str] = (),
    noise_bytes: int = 0,
    accepted: AcceptanceOf = _nothing_accepted,
) -> list[GateRow]:
    """Judge every configuration that either side has, in the order of the head, then what it lacks.

    Args:
        base: the samples that the head's are compared with.
        head: the samples of the change.
        thresholds: how far a peak may rise.
        against: names the base.
        removed: scenarios, or scenarios with a variant as `scenario/variant`, that the head may lack.
        noise_bytes: what unchanged trials were found to differ by on this machine.
        accepted: gives the rises that the change itself accepts.
    """
    gone = set(removed)
    rows = [
        judge(
            base.get(key), sample, thresholds, against=against, noise_bytes=noise_bytes, accepted=accepted(sample.key)
        )
        for key, sample in head.items()
    ]
    for key, sample in base.items():
        if key not in head and not {key.scenario, str(key.workload)} & gone:
            rows.append(missing(sample.key, against, base_bytes=sample.median_bytes))
    if thresholds.slope_bytes is not None:
        rows += slope_rows(base, head, thresholds.slope_bytes, against)
    return rows


def judge(
    base: Sample | None,
    head: Sample,
    thresholds: Thresholds,
    *,
    against: str,
    noise_bytes: int = 0,
    accepted: Acceptance | None = None,
) -> GateRow:
    """Judge one configuration of the head."""
    row = GateRow(
        **head.key._asdict(),
        against=against,
        base_bytes=base.median_bytes if base else None,
        head_bytes=head.median_bytes,
        budget_bytes=head.budget_bytes,
    )
    if head.failed or not head.peak_bytes:
        return replace(row, verdict=Verdict.FAILED, reason="; ".join(dict.fromkeys(head.failures)) or "no peak")
    if base is None:
        row = replace(row, verdict=Verdict.NEW, reason=f"{against} has no such workload")
    elif not _usable(base):
        failures = "; ".join(dict.fromkeys(base.failures)) or "no peak"
        row = replace(row, verdict=Verdict.NEW, reason=f"{against} cannot run it: {failures}")
    else:
        row = _compared(replace(row, accepted=accepted), base, head, thresholds, noise_bytes)
    return _within_budget(row, head)


def advise(row: GateRow, base: Mapping[Key, Sample], head: Mapping[Key, Sample], *, noise_bytes: int = 0) -> GateRow:
    """Say of an undecided row how many more repeats would decide."""
    if row.verdict is not Verdict.INCONCLUSIVE or row.allowed_bytes is None:
        return row
    sides = base[row.key].peak_bytes, head[row.key].peak_bytes
    wanted = repeats_to_decide(*sides, allowed_bytes=row.allowed_bytes, noise_bytes=noise_bytes)
    if wanted is None:
        return replace(row, reason=f"{row.reason}; not even {MOST_REPEATS} repeats would decide")
    more = tuple(max(0, wanted - len(side)) for side in sides)
    which = f"{more[0]} more of each side" if more[0] == more[1] else _of_sides(*more)
    about = "" if wanted == FEWEST_TRIALS else "about "
    return replace(row, more_repeats=max(more), reason=f"{row.reason}; {about}{which} would decide")


def _of_sides(base: int, head: int) -> str:
    wanted = [f"{count} more of the {side}" for side, count in (("base", base), ("head", head)) if count]
    return " and ".join(wanted)


def _usable(base: Sample) -> bool:
    """Tell whether all peaks of a base are of trials that ended as expected; those without a peak do not matter."""
    others = set(base.outcomes) - {base.expected_outcome}
    return bool(base.peak_bytes) and not others & MEASURED


def _compared(row: GateRow, base: Sample, head: Sample, thresholds: Thresholds, noise_bytes: int) -> GateRow:
    usual = floor(thresholds.allowed(base.median_bytes or 0))
    allowed = max(usual, row.accepted.rise_bytes if row.accepted else 0)
    decision = decide(base.peak_bytes, head.peak_bytes, allowed_bytes=allowed, noise_bytes=noise_bytes)
    row = replace(
        row,
        shift=estimate_shift(base.peak_bytes, head.peak_bytes),
        decision=decision,
        allowed_bytes=allowed,
        repeats=(len(base.peak_bytes), len(head.peak_bytes)),
        accepted=row.accepted if allowed > usual and (decision.high_bytes or 0) > usual else None,
    )
    if decision.low_bytes is None or decision.high_bytes is None:
        reason = f"{_trials(base)} of the base and {_trials(head)} of the head; at least {FEWEST_TRIALS} of each decide"
        return replace(row, verdict=Verdict.INCONCLUSIVE, reason=reason)
    how = "accepted" if row.accepted else "allowed"
    if decision.finding is Finding.ROSE:
        reason = f"the peak rose by {_between(decision)}, more than the {format_bytes(allowed)} that are {how}"
        return replace(row, verdict=Verdict.REGRESSION, reason=reason)
    if decision.finding is Finding.FELL:
        return replace(row, verdict=Verdict.IMPROVEMENT, reason=f"the peak fell by {_between(decision)}")
    if decision.finding is Finding.OPEN:
        reason = f"the rise may lie anywhere from {_between(decision)}; {format_bytes(allowed)} are {how}"
        return replace(row, verdict=Verdict.INCONCLUSIVE, reason=reason)
    if row.accepted is not None:
        reason = f"the peak rose by {_between(decision)}; {format_bytes(allowed)} are accepted: {row.accepted.reason}"
        return replace(row, reason=reason)
    return row


def _trials(sample: Sample) -> str:
    count = len(sample.peak_bytes)
    return "1 trial" if count == 1 else f"{count} trials"


def _between(decision: Decision) -> str:
    low, high = decision.low_bytes or 0, decision.high_bytes or 0
    if format_bytes(low) == format_bytes(high):
        return format_bytes(abs(low))
    if decision.finding is Finding.FELL:
        return f"{format_bytes(-high)} to {format_bytes(-low)}"
    return f"{format_shift(low)} to {format_shift(high)}"


def _within_budget(row: GateRow, head: Sample) -> GateRow:
    if not head.over_budget:
        return row
    over = (
        f"the peak of {format_bytes(row.head_bytes or 0)} is over its budget of {format_bytes(row.budget_bytes or 0)}"
    )
    reason = f"{over}; {row.reason}" if row.verdict is Verdict.REGRESSION else over
    return replace(row, verdict=Verdict.REGRESSION, reason=reason)
