"""Sets what the real browser came to beside what the model comes to, line by line, with the difference."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from membench.harness.commands.league.real import HEAVY, LIMITS, PARTS, PEAKS, PartLine, PeakLine
from membench.harness.units import MIB, format_bytes
from membench.pipelines.variant import parse_variant

PeakOf = Callable[[PeakLine], int | None]
"""Finds the peak of a line in the record."""

UNMOVED_PERCENT = 5.0
"""A fix that moves the peak by no more is said not to move it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One line: MiB of both, and how far apart they are."""

    group: str
    title: str
    low: int
    high: int
    model: float | None
    beside_baseline: bool = False  # measured as the baseline of its group was, so that its saving of that is one

    @property
    def real(self) -> str:
        """The range as it was measured."""
        return f"{self.low:,}" if self.low == self.high else f"{self.low:,}-{self.high:,}"

    @property
    def off_percent(self) -> float | None:
        """How far the model lies from the middle of the range."""
        middle = (self.low + self.high) / 2
        return None if self.model is None or not middle else 100 * (self.model - middle) / middle

    @property
    def beyond_percent(self) -> float:
        """How far it lies beyond the nearer end of the range; 0 within it, to the whole MiB that the range has."""
        if self.model is None or self.low - 0.5 <= self.model <= self.high + 0.5:
            return 0.0
        end = self.low if self.model < self.low else self.high
        return 100 * (self.model - end) / end if end else 100.0

    @property
    def difference(self) -> str:
        """The difference in words."""
        if self.model is None:
            return "not measured"
        off = "" if self.off_percent is None else f"{self.off_percent:+.1f} % of the middle, "
        return f"{off}within" if not self.beyond_percent else f"{off}{self.beyond_percent:+.1f} % beyond"


def peaks_beside(peak_of: PeakOf) -> list[Beside]:
    """Set the peaks side by side."""
    return [
        Beside(
            group=line.scenario,
            title=line.title,
            low=line.low,
            high=line.high,
            model=_mib(peak_of(line)),
            beside_baseline=line.pool is None and line.teams is None and not parse_variant(line.variant).sequential,
        )
        for line in PEAKS
    ]


def parts_beside(peaks: Mapping[tuple[str, str], int]) -> list[Beside]:
    """Set what parts weigh side by side; `peaks` has those of examples/weights, by workload and variant."""
    return [
        Beside(group="parts", title=line.title, low=line.low, high=line.high, model=_mib(_part(line, peaks)))
        for line in PARTS
    ]


def _part(line: PartLine, peaks: Mapping[tuple[str, str], int]) -> int | None:
    whole = peaks.get((line.workload, line.variant))
    if not line.above or whole is None:
        return whole
    below = peaks.get((line.workload, line.variant_below))
    return None if below is None else whole - below


def _mib(peak: int | None) -> float | None:
    return None if peak is None else peak / MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """Whether a variant finishes under the limit, really and in the model."""

    variant: str
    real: bool
    model: bool | None


def limits_beside(variants: Sequence[Mapping[str, Any]]) -> list[Limited]:
    """Set side by side what finishes; `variants` are those of a floor document."""
    found = {entry["variant"]: entry["at"]["finishes"] for entry in variants if entry["at"] is not None}
    return [Limited(variant=line.variant, real=line.finishes, model=found.get(line.variant)) for line in LIMITS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What a variant saves of the baseline, in percent of it, really and in the model."""

    group: str
    variant: str
    real: float
    model: float | None

    @property
    def points(self) -> float | None:
        """How far apart they are, in points."""
        return None if self.model is None else self.model - self.real


def savings_beside(lines: Iterable[Beside]) -> list[Saving]:
    """Compute savings from the middles of the ranges."""
    known = {(line.group, line.title): line for line in lines}
    return [saving for (group, title) in known if (saving := _saving(known, group, title))]


def _saving(known: Mapping[tuple[str, str], Beside], group: str, title: str) -> Saving | None:
    before, line = known.get((group, "baseline")), known[group, title]
    if before is None or before is line or not line.beside_baseline:
        return None
    models = before.model, line.model
    model = None if models[0] is None or models[1] is None else 100 * (models[1] - models[0]) / models[0]
    middle = before.low + before.high
    return Saving(group=group, variant=title, real=100 * (line.low + line.high - middle) / middle, model=model)


def agreement_sentences(lines: Sequence[Beside], savings: Sequence[Saving]) -> Iterable[str]:
    """Say how sure the model is: how many lines it meets, and where it is farthest off."""
    told = [line for line in lines if line.model is not None]
    within = [line for line in told if not line.beyond_percent]
    worst = max(told, key=lambda line: abs(line.beyond_percent), default=None)
    if worst is None:
        return
    yield (
        f"Of {len(told)} lines of the real browser the model meets {len(within)} within the range of its runs, and "
        f"{sum(abs(line.beyond_percent) <= UNMOVED_PERCENT for line in told)} to {UNMOVED_PERCENT:.0f} % of it; the "
        f"farthest is {worst.title} of {worst.group}, {worst.beyond_percent:+.0f} % beyond."
    )
    known = [saving for saving in savings if saving.points is not None]
    farthest = max(known, key=lambda saving: abs(saving.points or 0), default=None)
    if farthest is not None:
        yield (
            f"What {len(known)} variants save differs by {_median([abs(one.points or 0) for one in known]):.1f} points "
            f"in the median, and by {abs(farthest.points or 0):.0f} at most ({farthest.variant} of {farthest.group})."
        )


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def level(peak: int | None) -> str:
    """Print a peak, or a dash."""
    return "-" if peak is None else format_bytes(peak)


_ONE_RUN = (
    "a single run on a busy machine; baselines of the same program lay between 1,404 and 1,643 MiB, those of an idle "
    "machine, which the weights were chosen for, between 1,471 and 1,516"
)

EXPLAINED: Mapping[tuple[str, str], str] = {
    ("parts", "the same after 50 documents"): (
        "a single run with nothing else on the machine. In the pipelines a page takes 600 to 720 MiB after as many "
        "documents, and the weight of a document was chosen between the two"
    ),
    **{(HEAVY, f"fix-{fix}"): _ONE_RUN for fix in (1, 2, 3, 4, 6)},
    (HEAVY, "replace-pages"): ("not modelled is that one page is still being closed while the next one opens"),
    (HEAVY, "fix-5+page-per-operation"): (
        "a document has its whole weight from the first moment in the model; the parts that load later are not modelled"
    ),
    (HEAVY, "baseline, pool of 3"): (
        "the weight of a document was chosen for the pool of two; a heavier one would meet this line and miss those"
    ),
}
"""Why a line lies farther beyond its range than `UNMOVED_PERCENT`."""
