"""The report document: what every format and chart draws from, with every number already final.

Amounts are bytes, times are seconds. A chart or format that finds its part of the document empty draws
nothing; it never computes a figure of its own.
"""

from dataclasses import dataclass
from enum import StrEnum

from membench.harness.attribution.shapley import InteractionKind
from membench.harness.keys import Switch
from membench.harness.model import Level, Outcome, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One sample: a workload in one variant under one meter."""

    scenario: str
    variant: str
    meter: str
    role: Role
    title: str  # what the variant is in words, e.g. "fix 3: clear batches"; may equal the variant's name
    peak_bytes: int | None  # the median; None where no trial came to a figure
    spread_bytes: int | None  # largest minus smallest
    change_bytes: int | None  # against the section's `before` row; negative is a saving
    change_ratio: float | None  # the same as a share of the `before` row
    outcomes: tuple[Outcome, ...]  # of all trials
    phases: tuple[tuple[str, int], ...]  # name and peak bytes, in order
    warnings: tuple[str, ...]
    artifacts: tuple[str, ...] = ()  # files that the meter left, relative to the folder of the results
    budget_bytes: int | None = None  # what the peak may be at most
    over_budget_bytes: int | None = None  # by how much the peak lies above it; None where it does not


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the cumulative waterfall: the peak once this fix has joined those before it."""

    label: str  # e.g. "+ fix 5: lower concurrency"
    peak_bytes: int
    saved_bytes: int  # against the step before; negative where the peak rose


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSpan:
    """One stretch of a trial; the same name may come again."""

    name: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Resident memory over time of one trial, seen from outside the process."""

    variant: str
    role: Role
    seconds: tuple[float, ...]
    rss_bytes: tuple[int, ...]
    peak_bytes: int  # the kernel's mark, which the sampled line may not reach
    phases: tuple[PhaseSpan, ...]


class ClaimVerdict(StrEnum):
    """What became of a claim."""

    AS_CLAIMED = "as claimed"
    MORE = "more than claimed"
    LESS = "less than claimed"
    UNTESTED = "cannot be tested here"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """What a fix was said to save beside what it saved, in the terms of the claim."""

    fix: Switch
    claim: str  # the claim in words, e.g. "30-40 % of the peak"
    unit: str  # "% of the peak", "% per object" or "MiB"; rows of one unit share an axis
    claimed_low: float
    claimed_high: float
    measured: float | None  # None where it cannot be had in these terms
    measured_as_written: float | None  # the letter of the description; None where it does not differ
    verdict: ClaimVerdict
    untested: str = ""  # why there is no figure, in words
    notes: tuple[str, ...] = ()  # what the figures do not say
    loses: str = ""  # what the form as written loses; "" where its output is right


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentRow:
    """One variant under every meter that was asked for, each in a process of its own."""

    variant: str
    figures: tuple[tuple[str, int | None], ...]  # meter and median peak; the same meters in every row


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionRow:
    """What one fix saves, in four terms that differ because fixes replace one another; a saving is positive.

    None stands where a combination that the figure takes was not measured, or did not come to a right output.
    """

    fix: Switch
    alone_bytes: int | None  # against nothing fixed
    leave_one_out_bytes: int | None  # what is lost when it alone is left out of all
    cumulative_bytes: int | None  # what it adds to those before it in the order of the steps
    shapley_bytes: int | None  # its exact share; the shares add up to what all save together
    shapley_low_bytes: int | None = None  # where the share is an estimate, its interval at 95 %
    shapley_high_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionCell:
    """How far two fixes together save more (or less, below 0) than the one and the other apart."""

    first: Switch
    second: Switch
    saved_bytes: int
    kind: InteractionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Which fix bought which megabytes."""

    rows: tuple[AttributionRow, ...]
    interactions: tuple[InteractionCell, ...]  # one for each pair; empty where not all combinations were measured
    saved_bytes: int | None  # by all fixes together
    notes: tuple[str, ...]  # what follows from the figures, one sentence each


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How the peak of one variant grows with the size of its input, and the straight line through it."""

    variant: str
    role: Role
    sizes: tuple[int, ...]  # number of teams, ascending
    peak_bytes: tuple[int, ...]  # one for each size
    intercept_bytes: float
    slope_bytes: float  # per team
    slope_low: float
    slope_high: float
    straight: bool  # whether the points lie on the line


@dataclass(frozen=True, slots=True, kw_only=True)
class AsWrittenRow:
    """One fix in its effective form beside the letter of its description."""

    fix: Switch
    effective_bytes: int | None  # saved by the effective form alone
    as_written_bytes: int | None  # saved by the form as written alone, whatever it loses
    loses: str  # what the form as written loses, in words; "" where its output is right


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """All that is said of one scenario."""

    scenario: str
    summary: str  # the scenario in one line
    headline: str  # the answer in one sentence
    rows: tuple[Row, ...]
    left_out: int = 0  # samples that only other figures were computed from, and that have no row
    remarks: tuple[str, ...] = ()  # what else follows from the figures, one sentence each
    levels: tuple[Level, ...] = ()
    waterfall_start: Step | None = None  # the `before` peak the steps start from (saved_bytes 0)
    steps: tuple[Step, ...] = ()
    timelines: tuple[Timeline, ...] = ()
    claims: tuple[ClaimRow, ...] = ()
    instruments: tuple[InstrumentRow, ...] = ()  # empty where only one meter was asked for
    instrument_notes: tuple[str, ...] = ()  # what each meter reads, and why the figures differ
    attribution: Attribution | None = None
    as_written: tuple[AsWrittenRow, ...] = ()
    growth: tuple[Growth, ...] = ()
    growth_notes: tuple[str, ...] = ()  # what follows from it, one sentence each


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole report."""

    title: str
    created: str  # ISO 8601
    sections: tuple[Section, ...]
    environment: tuple[tuple[str, str], ...]  # name and value, in the order to print
    headline: str = ""  # what is said of all sections together, in one sentence
    noise: tuple[str, ...] = ()  # how far unchanged repeats differ, one sentence each
    warnings: tuple[str, ...] = ()
