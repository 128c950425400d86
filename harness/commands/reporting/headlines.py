"""Says in a few sentences what the peaks of a scenario, and of a whole run, come to."""

from collections.abc import Callable, Iterable, Sequence

from membench.harness.commands.reporting.attribution import listed
from membench.harness.commands.reporting.budgets import budget_sentence
from membench.harness.commands.reporting.scenario_samples import ScenarioSamples
from membench.harness.model import Sample
from membench.harness.suites.configuration import DEFAULT_VARIANT
from membench.harness.units import format_bytes
from membench.reports.outcomes import NO_TRIALS, counted, name_of

UNMOVED_SHARE = 0.01  # of the peak; a fix that moves it by less is said to leave it as it is


def headline_of_run(samples: Sequence[Sample]) -> str:
    """Say which budgets are exceeded, where one section's own headline cannot."""
    bounded = {sample.scenario for sample in samples if sample.budget_bytes is not None}
    if len(bounded) < 2:  # noqa: PLR2004 - one says it itself
        return ""
    return budget_sentence(samples, _namer(samples, lambda sample: f"{sample.scenario}/{sample.variant}"))


def _namer(samples: Sequence[Sample], name: Callable[[Sample], str]) -> Callable[[Sample], str]:
    """Name samples with their meters where there are several."""
    several = len({sample.meter for sample in samples}) > 1
    return lambda sample: f"{name(sample)} ({sample.meter})" if several else name(sample)


def headline(found: ScenarioSamples) -> str:
    """Say what a scenario's peaks come to, and which budgets are exceeded."""
    budgets = budget_sentence(found.samples, _namer(found.samples, lambda sample: sample.variant))
    return " ".join(filter(None, (_peaks_sentence(found), budgets)))


def _peaks_sentence(found: ScenarioSamples) -> str:
    before, after = found.peak(found.story.before), found.peak(found.story.after)
    reference = found.peak(found.story.reference)
    if before is None:
        return _plain_headline(found)
    text = f"In parallel with nothing fixed the peak is {format_bytes(before)}"
    if reference is not None:
        text += f", one at a time it was {format_bytes(reference)}"
    if after is not None:
        text += f"; all seven fixes bring it to {format_bytes(after)}"
        if reference is not None and before > reference:
            text += f", which undoes {100 * (before - after) / (before - reference):.0f} % of the rise"
    saved = found.saved_alone(before)
    best = max(saved, key=lambda variant: saved[variant], default="")
    if best and saved[best] >= UNMOVED_SHARE * before:
        text += f", and {best} alone takes off {format_bytes(saved[best])}"
    return f"{text}."


def _plain_headline(found: ScenarioSamples) -> str:
    """Name the largest peak, where there is no story to tell."""
    missing = f"; {found.story.before} is not among the samples" if found.story.before is not None else ""
    peaks = {sample.variant: sample.median_bytes for sample in found.samples if sample.meter == found.meter}
    known = {variant: peak for variant, peak in peaks.items() if peak is not None}
    if not known:
        return f"No trial came to a figure: {_ends(found)}{missing}."
    largest = max(known, key=lambda variant: known[variant])
    if len(known) > 1:
        return f"The peak is {format_bytes(known[largest])}, the largest of {len(known)}: {largest}{missing}."
    whose = "" if largest == DEFAULT_VARIANT else f" of {largest}"
    return f"The peak{whose} is {format_bytes(known[largest])}{missing}."


def _ends(found: ScenarioSamples) -> str:
    """Count how the trials ended, the most frequent first."""
    ends = counted(outcome for sample in found.samples for outcome in sample.outcomes)
    return listed([f"{count:,} {name_of(outcome)}" for outcome, count in ends]) if ends else NO_TRIALS


def remarks(found: ScenarioSamples) -> Iterable[str]:
    """Say what the headline leaves out: which fixes do nothing alone."""
    before = found.peak(found.story.before)
    if before is None:
        return
    saved = found.saved_alone(before)
    idle = [variant for variant, saving in sorted(saved.items()) if abs(saving) < UNMOVED_SHARE * before]
    if idle:
        yield f"Alone, {listed(idle)} {'moves' if len(idle) == 1 else 'move'} the peak by less than 1 %."
