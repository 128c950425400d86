"""Decides whether a change of peak memory may go in. Pure: samples in, verdicts out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from membench.harness.gate.causes import Cause
from membench.harness.keys import Key, value_text
from membench.harness.model import MEASURED, Sample
from membench.harness.statistics.line import FEWEST_POINTS, Line, fit_line
from membench.harness.statistics.shift import Shift, estimate_shift
from membench.harness.units import format_bytes, format_shift

LARGEST_SIZE = 2**53  # beyond that a float does not hold every whole number, and a stored document may have any


class Verdict(StrEnum):
    """What is said of one configuration, worst first."""

    FAILED = "failed"  # a trial of the head ended otherwise than expected
    REGRESSION = "regression"
    MISSING = "missing"  # the base has it, the head does not
    INCONCLUSIVE = "inconclusive"
    NEW = "new"  # nothing to compare with
    IMPROVEMENT = "improvement"
    PASS = "pass"  # noqa: S105 - a verdict


_PLURAL = {
    Verdict.FAILED: "failed",
    Verdict.REGRESSION: "regressed",
    Verdict.MISSING: "missing",
    Verdict.INCONCLUSIVE: "not decided",
    Verdict.NEW: "new",
    Verdict.IMPROVEMENT: "improved",
    Verdict.PASS: "unchanged within what is allowed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How far a peak may rise. Only a rise beyond both `relative` and `absolute_bytes` is a regression."""

    relative: float = 0.01  # of the base's peak
    absolute_bytes: int = 256 * 1024
    slope_bytes: float | None = None  # rise of the slope of peak against size, for each unit of size

    def allowed(self, base_bytes: float) -> float:
        """Tell the largest rise above a base that is no regression."""
        return max(self.relative * base_bytes, self.absolute_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRow:
    """One configuration, judged."""

    scenario: str
    variant: str
    meter: str
    against: str  # what it was compared with: a commit, or the baseline
    base_bytes: int | None = None
    head_bytes: int | None = None
    shift: Shift | None = None
    budget_bytes: int | None = None
    verdict: Verdict = Verdict.PASS
    reason: str = ""  # one sentence
    causes: tuple[Cause, ...] = ()  # of a regression: call sites that grew, largest first

    @property
    def key(self) -> Key:
        """What it is compared by."""
        return Key(self.scenario, self.variant, self.meter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All rows and the verdict that follows from them."""

    rows: tuple[GateRow, ...]
    thresholds: Thresholds
    noise_floor_bytes: int | None = None  # spread of unchanged trials just before; None where nothing was measured
    warnings: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """Say in one sentence what came of it."""
        counts = {verdict: sum(row.verdict is verdict for row in self.rows) for verdict in Verdict}
        words = [f"{count} {_PLURAL[verdict]}" for verdict, count in counts.items() if count]
        seen = any(row.verdict is not Verdict.NEW for row in self.rows)
        compared = f"{len(self.rows)} compared" if seen else "Nothing was compared"
        sentence = f"{compared}: {', '.join(words)}." if words else f"{compared}."
        worst = max(
            (row for row in self.rows if row.verdict is Verdict.REGRESSION and row.shift and row.shift.bytes > 0),
            key=lambda row: row.shift.bytes if row.shift else 0,
            default=None,
        )
        if worst is None or worst.shift is None:
            return sentence
        share = f" ({worst.shift.bytes / worst.base_bytes:+.2%})" if worst.base_bytes else ""
        rise = f"{format_shift(worst.shift.bytes)}{share}"
        return f"{sentence} The largest rise is {rise} in {worst.scenario}/{worst.variant}."

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all rows. What is new is no reason to keep a change out."""
        order = list(Verdict)
        known = (row.verdict for row in self.rows if row.verdict is not Verdict.NEW)
        return min(known, key=order.index, default=Verdict.PASS)


def judge_all(
    base: Mapping[Key, Sample],
    head: Mapping[Key, Sample],
    thresholds: Thresholds,
    *,
    against: str,
    removed: Iterable[str] = (),
) -> list[GateRow]:
    """Judge every configuration that either side has, in the order of the head, then what it lacks.

    `removed` names scenarios, or scenarios with a variant as `scenario/variant`, that the head may lack.
    """
    gone = set(removed)
    rows = [judge(base.get(key), sample, thresholds, against=against) for key, sample in head.items()]
    for key, sample in base.items():
        if key not in head and not {key.scenario, str(key.workload)} & gone:
            rows.append(missing(sample.key, against, base_bytes=sample.median_bytes))
    if thresholds.slope_bytes is not None:
        rows += _slope_rows(base, head, thresholds.slope_bytes, against)
    return rows


def judge(base: Sample | None, head: Sample, thresholds: Thresholds, *, against: str) -> GateRow:
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
        row = _compared(row, base, head, thresholds)
    return _within_budget(row, head)


def _usable(base: Sample) -> bool:
    """Tell whether all peaks of a base are of trials that ended as expected; those without a peak do not matter."""
    others = set(base.outcomes) - {base.expected_outcome}
    return bool(base.peak_bytes) and not others & MEASURED


def _compared(row: GateRow, base: Sample, head: Sample, thresholds: Thresholds) -> GateRow:
    shift = estimate_shift(base.peak_bytes, head.peak_bytes)
    allowed = thresholds.allowed(base.median_bytes or 0)
    row = replace(row, shift=shift)
    low, high = shift.low_bytes, shift.high_bytes
    if low is None or high is None:
        return replace(row, verdict=Verdict.INCONCLUSIVE, reason=f"{shift.warnings[0]}, because they differ")
    if low > allowed:
        reason = f"the peak rose by {_between(shift)}, more than the {format_bytes(allowed)} that are allowed"
        return replace(row, verdict=Verdict.REGRESSION, reason=reason)
    if high < -allowed:
        return replace(row, verdict=Verdict.IMPROVEMENT, reason=f"the peak fell by {_between(shift)}")
    if high > allowed:
        reason = f"the rise may lie anywhere from {_between(shift)}; {format_bytes(allowed)} are allowed"
        return replace(row, verdict=Verdict.INCONCLUSIVE, reason=reason)
    return row


def _between(shift: Shift) -> str:
    assert shift.low_bytes is not None
    assert shift.high_bytes is not None
    if shift.low_bytes == shift.high_bytes:
        return format_bytes(abs(shift.bytes))
    if shift.high_bytes < 0:
        return f"{format_bytes(-shift.high_bytes)} to {format_bytes(-shift.low_bytes)}"
    return f"{format_shift(shift.low_bytes)} to {format_shift(shift.high_bytes)}"


def _within_budget(row: GateRow, head: Sample) -> GateRow:
    if not head.over_budget:
        return row
    over = (
        f"the peak of {format_bytes(row.head_bytes or 0)} is over its budget of {format_bytes(row.budget_bytes or 0)}"
    )
    reason = f"{over}; {row.reason}" if row.verdict is Verdict.REGRESSION else over
    return replace(row, verdict=Verdict.REGRESSION, reason=reason)


def remarks(rows: Iterable[GateRow]) -> list[str]:
    """Say what a reader must know of the comparisons that were decided, each once."""
    counts = Counter(
        warning
        for row in rows
        if row.shift and row.verdict is not Verdict.INCONCLUSIVE
        for warning in row.shift.warnings
    )
    return [f"{warning} ({count} of the comparisons)" for warning, count in counts.items()]


def missing(key: Key, against: str, *, base_bytes: int | None = None) -> GateRow:
    """Judge what the base has and the head lacks: otherwise a new name would be a way around the gate."""
    return GateRow(
        **key._asdict(),
        against=against,
        base_bytes=base_bytes,
        verdict=Verdict.MISSING,
        reason=f"{against} has this workload and the head has not; name it with --removed if that is meant",
    )


def _slope_rows(
    base: Mapping[Key, Sample], head: Mapping[Key, Sample], allowed: float, against: str
) -> Iterable[GateRow]:
    """Judge how the peak grows with the one number in which the variants of a scenario differ."""
    for (scenario, shape, meter), points in _series(head).items():
        then = _line([(size, base[key]) for size, key in points if key in base])
        now = _line([(size, head[key]) for size, key in points if key in base])
        if then is None or now is None:
            continue
        # From the upper end of the one to the lower end of the other: what curvature explains is no rise.
        rise = now.slope_low - then.slope_high
        words = f"{now.slope_bytes:,.1f} bytes for each, after {then.slope_bytes:,.1f}; {allowed:,.1f} more are allowed"
        yield GateRow(
            scenario=scenario,
            variant=f"slope of {shape}",
            meter=meter,
            against=against,
            verdict=Verdict.REGRESSION if rise > allowed else Verdict.PASS,
            reason=f"the peak grows with {shape} by {words}",
        )


def _series(samples: Mapping[Key, Sample]) -> dict[Key, list[tuple[int, Key]]]:
    """Find variants that differ in one whole number alone; what they share stands in the place of the variant."""
    series: dict[Key, list[tuple[int, Key]]] = {}
    for key, sample in samples.items():
        for name, value in sample.parameters.items():
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_SIZE:
                rest = [f"{other}={value_text(held)}" for other, held in sample.parameters.items() if other != name]
                series.setdefault(key._replace(variant=",".join([name, *rest])), []).append((value, key))
    return {shape: points for shape, points in series.items() if len({size for size, _ in points}) >= FEWEST_POINTS}


def _line(points: Sequence[tuple[int, Sample]]) -> Line | None:
    known = [(size, sample.median_bytes) for size, sample in points if sample.median_bytes is not None]
    if len({size for size, _ in known}) < FEWEST_POINTS:
        return None
    return fit_line([size for size, _ in known], [peak for _, peak in known])
