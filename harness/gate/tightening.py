"""Finds which levels of a baseline a run may lower, and why the others stay. Pure."""

from dataclasses import dataclass, replace
from enum import Enum, auto

from membench.harness.errors import UsageError
from membench.harness.keys import Key
from membench.harness.model import Results, Sample
from membench.harness.runs.environment import differences
from membench.harness.statistics.decision import Finding, decide
from membench.harness.statistics.thresholds import Thresholds


class Stay(Enum):
    """Why a level stays as it is."""

    ROSE = auto()
    WITHIN = auto()  # it fell by no more than the thresholds, or did not fall
    OPEN = auto()  # the trials do not tell
    NOT_RUN = auto()
    NEW = auto()  # the baseline has no such level


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A level that stays."""

    key: Key
    why: Stay
    level_bytes: int | None  # None where the baseline has none
    run_bytes: int | None  # None where the run has none
    allowed_bytes: float


def find_improved(results: Results, baseline: Results, thresholds: Thresholds) -> tuple[Results, list[Kept]]:
    """Narrow a run to the samples that improved on their levels, and list the levels that stay.

    A level improved where the peak fell by more than the thresholds, by the rule that the gate decides by: the lowest
    of many runs by chance is no improvement, and a baseline that followed it down would fail the next run.

    Raises:
        UsageError: the run and the baseline come from two environments.
    """
    found = differences(baseline.environment, results.environment)
    if found:
        raise UsageError(
            f"The baseline was measured elsewhere: {'; '.join(found)}. A lower peak there says nothing here. Promote a "
            "run of everything it holds, without --tighten."
        )
    run = {sample.key: sample for sample in results.samples}
    levels = {sample.key: sample for sample in baseline.samples}
    improved: list[Sample] = []
    kept: list[Kept] = []
    for key in (*levels, *(key for key in run if key not in levels)):
        level, sample = levels.get(key), run.get(key)
        why = _why_it_stays(level, sample, thresholds)
        if why is not None:
            kept.append(_kept(key, why, level, sample, thresholds))
        elif sample is not None:
            improved.append(sample)
    return replace(results, samples=tuple(improved)), kept


def _why_it_stays(level: Sample | None, sample: Sample | None, thresholds: Thresholds) -> Stay | None:
    if level is None:
        return Stay.NEW
    if sample is None:
        return Stay.NOT_RUN
    allowed = thresholds.allowed(level.median_bytes or 0)
    finding = decide(level.peak_bytes, sample.peak_bytes, allowed_bytes=allowed).finding
    if finding is Finding.FELL and (sample.median_bytes or 0) < (level.median_bytes or 0):
        return None
    return {Finding.ROSE: Stay.ROSE, Finding.OPEN: Stay.OPEN}.get(finding, Stay.WITHIN)


def _kept(key: Key, why: Stay, level: Sample | None, sample: Sample | None, thresholds: Thresholds) -> Kept:
    level_bytes = level.median_bytes if level is not None else None
    return Kept(
        key=key,
        why=why,
        level_bytes=level_bytes,
        run_bytes=sample.median_bytes if sample is not None else None,
        allowed_bytes=thresholds.allowed(level_bytes or 0),
    )
