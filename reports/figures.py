"""The samples of a run as figures to hand on: each with a name of its own, and those that have no figure left out."""

from dataclasses import dataclass

from membench.harness.model import MEASURED, Outcome, Results, Sample
from membench.reports.outcomes import coded
from membench.reports.wording import plain

_BLANK = "(blank)"  # a name of nothing but white space


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The peak of one sample. The texts are one line each, and no two figures of a run share a name and a meter."""

    scenario: str
    variant: str
    meter: str
    median_bytes: int
    smallest_bytes: int
    largest_bytes: int
    wall_seconds: tuple[float, ...]  # of the trials that ran to their end
    trials: int
    outcome: str  # what the trials came to, such as "ok" or "crashed 1/5"

    @property
    def name(self) -> str:
        """What this is called where one name is all there is room for."""
        return f"{self.scenario}/{self.variant}"


def figures_of(results: Results) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Give the figures of a run, and a line for each sample that is left out.

    A peak of output that was not expected to be wrong is left out too: on a chart it would pass for a saving.
    """
    figures: list[Figure] = []
    left_out: list[str] = []
    taken: set[tuple[str, str]] = set()
    for sample in results.samples:
        scenario, variant, meter = (plain(text) or _BLANK for text in sample.key)
        reason = _why_not(sample)
        if reason:
            left_out.append(f"{scenario}/{variant} ({meter}) is left out: {reason}")
            continue
        figures.append(_figure(sample, scenario, _free_variant(scenario, variant, meter, taken), meter))
    return tuple(figures), tuple(left_out)


def _why_not(sample: Sample) -> str:
    if not sample.peak_bytes:
        return f"no trial came to a figure ({coded(sample.outcomes)})"
    if Outcome.WRONG_OUTPUT in sample.outcomes and sample.expected_outcome is not Outcome.WRONG_OUTPUT:
        return f"its output was wrong ({coded(sample.outcomes)})"
    return ""


def _free_variant(scenario: str, variant: str, meter: str, taken: set[tuple[str, str]]) -> str:
    """Number a variant whose name is taken: documents from elsewhere may repeat one, or have a slash in it."""
    free, number = variant, 1
    while (f"{scenario}/{free}", meter) in taken:
        number += 1
        free = f"{variant} ({number})"
    taken.add((f"{scenario}/{free}", meter))
    return free


def _figure(sample: Sample, scenario: str, variant: str, meter: str) -> Figure:
    median = sample.median_bytes
    assert median is not None, "a sample with peaks has a median"
    ran = zip(sample.outcomes, sample.wall_seconds, strict=False)  # a document may have fewer of one
    return Figure(
        scenario=scenario,
        variant=variant,
        meter=meter,
        median_bytes=median,
        smallest_bytes=min(sample.peak_bytes),
        largest_bytes=max(sample.peak_bytes),
        wall_seconds=tuple(seconds for outcome, seconds in ran if outcome in MEASURED),
        trials=len(sample.outcomes),
        outcome=coded(sample.outcomes),
    )
