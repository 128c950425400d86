"""Accepts new levels into a baseline, and keeps who did so and why. Pure."""

from dataclasses import replace
from datetime import datetime

from membench.harness.errors import UsageError
from membench.harness.model import Change, Promotion, Results
from membench.harness.runs.environment import differences
from membench.harness.statistics.decision import is_known
from membench.harness.statistics.thresholds import Thresholds

MOST_PROMOTIONS = 10_000  # that a document may have by its schema


def promote(results: Results, baseline: Results | None, *, reason: str, by: str, at: datetime) -> Results:
    """Put the samples of a run in the place of those of a baseline, or make a baseline of the run.

    Samples that the run lacks stay as they are. Timelines are left out: a baseline is compared with and not looked at.

    Raises:
        UsageError: a sample of the run failed, samples from two environments would stand side by side, or the
            baseline's history is full.
    """
    require_promotable(results)
    held = {sample.key: sample for sample in baseline.samples} if baseline else {}
    fresh = {sample.key: replace(sample, timeline=None, phase_spans=()) for sample in results.samples}
    if baseline is not None and held.keys() - fresh.keys():
        _require_same_environment(results, baseline)
    changes = tuple(
        Change(
            **key._asdict(),
            from_bytes=held[key].median_bytes if key in held else None,
            to_bytes=sample.median_bytes or 0,
        )
        for key, sample in fresh.items()
    )
    if baseline is not None and len(baseline.history) >= MOST_PROMOTIONS:
        raise UsageError(f"The baseline's history is full: it has {MOST_PROMOTIONS:,} entries. Begin a new baseline.")
    promotion = Promotion(at=at.isoformat(timespec="seconds"), by=by, reason=reason, changes=changes)
    return Results(
        created=results.created,
        environment=results.environment,
        samples=tuple((held | fresh).values()),
        revision=results.revision,
        history=(*(baseline.history if baseline else ()), promotion),
    )


def require_promotable(results: Results) -> None:
    """Stop where a run has a failed trial, or no sample.

    Raises:
        UsageError: it has.
    """
    failed = next((sample for sample in results.samples if sample.failed or not sample.peak_bytes), None)
    if failed is not None:
        raise UsageError(f"{failed.key} failed in this run. Promote a run in which every trial went well.")
    if not results.samples:
        raise UsageError("This run has no samples to promote.")


def too_few(baseline: Results, thresholds: Thresholds) -> list[str]:
    """Name the samples whose level is not known well enough to find an unchanged head unchanged."""
    return [
        str(sample.key)
        for sample in baseline.samples
        if not is_known(sample.peak_bytes, allowed_bytes=thresholds.allowed(sample.median_bytes or 0))
    ]


def _require_same_environment(results: Results, baseline: Results) -> None:
    found = differences(baseline.environment, results.environment)
    if found:
        raise UsageError(
            f"The baseline also holds samples from elsewhere: {'; '.join(found)}. Promote a run of everything it holds."
        )
