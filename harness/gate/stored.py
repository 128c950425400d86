"""Judges a stored run by stored levels: two documents, and nothing is measured."""

from collections.abc import Mapping, Sequence

from membench.harness.errors import UsageError
from membench.harness.gate.judging import advise, judge_all
from membench.harness.gate.request import THE_BASELINE, GateRequest, environment_warnings
from membench.harness.gate.verdicts import Judgement
from membench.harness.keys import Key
from membench.harness.model import Results, Sample
from membench.harness.statistics.thresholds import Thresholds


def judge_stored(head: Results, stored: Results, request: GateRequest, meters: Sequence[str]) -> Judgement:
    """Compare two documents; all meters count that they have, unless some were asked for.

    Raises:
        UsageError: the environments differ, or there is nothing to compare.
    """
    warnings = environment_warnings(stored.environment, head.environment, request)
    here, there = (
        {key: sample for key, sample in request.stored(results).items() if not meters or sample.meter in meters}
        for results in (head, stored)
    )
    if not here and not there:
        raise UsageError("There is nothing to compare: neither document has a sample of what was asked for.")
    rows = judge_all(there, here, request.thresholds, against=THE_BASELINE, removed=request.removed)
    warnings += _slope_warnings(here, request.thresholds)
    advised = tuple(advise(row, there, here) for row in rows)
    return Judgement(rows=advised, thresholds=request.thresholds, warnings=tuple(warnings))


def _slope_warnings(head: Mapping[Key, Sample], thresholds: Thresholds) -> list[str]:
    """Say where a slope that is bounded cannot be judged; documents of older versions do not name parameters."""
    if thresholds.slope_bytes is None or any(sample.parameters for sample in head.values()):
        return []
    return ["The head's document names no parameters, so no slope was judged. Measure it again to have them."]
