"""What the gate says: a verdict for each configuration, and the one that follows from all of them."""

from dataclasses import dataclass
from enum import StrEnum

from membench.harness.gate.causes import Cause
from membench.harness.keys import Key
from membench.harness.statistics.decision import FEWEST_TRIALS, Decision, Finding
from membench.harness.statistics.shift import Shift
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.units import format_shift


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
class Acceptance:
    """A rise that the change itself accepts, and why."""

    rise_bytes: int  # at most
    reason: str


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
    decision: Decision | None = None  # None where nothing was compared
    allowed_bytes: int | None = None  # how far the peak may rise
    repeats: tuple[int, int] | None = None  # how many peaks were compared, of the base and of the head
    more_repeats: int | None = None  # of an undecided row: so many more on each side would decide
    accepted: Acceptance | None = None  # without which the peak would have risen by more than is allowed
    budget_bytes: int | None = None
    verdict: Verdict = Verdict.PASS
    reason: str = ""  # one sentence
    causes: tuple[Cause, ...] = ()  # of a regression: call sites that grew, largest first

    @property
    def key(self) -> Key:
        """What it is compared by."""
        return Key(self.scenario, self.variant, self.meter)

    @property
    def settled(self) -> bool:
        """Whether more trials of the head, and of a base that is measured too, would be of no use."""
        if self.decision is None:
            return True
        if self.decision.finding is Finding.OPEN:
            bounded = self.decision.low_bytes is not None
            base, head = self.repeats or (0, 0)
            # A stored base of too few trials decides nothing, however often the head is measured.
            return self.verdict is not Verdict.INCONCLUSIVE or not (bounded or head < FEWEST_TRIALS or base >= head)
        return self.decision.confirmed


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
        text = [f"{count} {_PLURAL[verdict]}" for verdict, count in counts.items() if count]
        seen = any(row.verdict is not Verdict.NEW for row in self.rows)
        compared = f"{len(self.rows)} compared" if seen else "Nothing was compared"
        sentence = f"{compared}: {', '.join(text)}." if text else f"{compared}."
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


def missing(key: Key, against: str, *, base_bytes: int | None = None) -> GateRow:
    """Judge what the base has and the head lacks: otherwise a new name would be a way around the gate."""
    return GateRow(
        **key._asdict(),
        against=against,
        base_bytes=base_bytes,
        verdict=Verdict.MISSING,
        reason=f"{against} has this workload and the head has not; name it with --removed if that is meant",
    )
