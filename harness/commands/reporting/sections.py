"""Makes the report document of samples and the story of their suite."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from membench.harness.attribution.division import Division, make_plan
from membench.harness.attribution.shapley import Peaks
from membench.harness.commands.league.claims import ClaimTable, right_peak
from membench.harness.commands.reporting.attribution import attribution_of, listed
from membench.harness.commands.reporting.budgets import budget_sentence, excess_bytes
from membench.harness.commands.reporting.instruments import instrument_notes
from membench.harness.commands.reporting.noise import noise_of
from membench.harness.model import Environment, Level, Results, Role, Sample
from membench.harness.suites.configuration import DEFAULT_VARIANT
from membench.harness.suites.story import Story
from membench.harness.units import format_bytes
from membench.reports.document import Attribution, InstrumentRow, PhaseSpan, Report, Row, Section, Step, Timeline
from membench.reports.outcomes import NO_TRIALS, counted, name_of

UNMOVED_SHARE = 0.01  # of the peak; a fix that moves it by less is said to leave it as it is
PRIMARY_METER = "peak_rss"
MOST_COMBINATIONS_SHOWN = 24
"""Mixed combinations beyond these were measured to divide the saving, and would bury all else."""


def make_report(
    results: Results, stories: Mapping[str, Story], attributions: Mapping[str, Attribution | None] | None = None
) -> Report:
    """Make the report of a whole run.

    Args:
        results: what was measured.
        stories: one for each scenario of the results.
        attributions: of scenarios whose saving was divided otherwise than among all switches of their story.
    """
    given = attributions or {}
    sections = [
        _Section([sample for sample in results.samples if sample.scenario == name], stories[name]).make(name, given)
        for name in dict.fromkeys(sample.scenario for sample in results.samples)
    ]
    return Report(
        title="Peak memory",
        headline=_headline_of(results.samples),
        created=results.created,
        sections=tuple(sections),
        environment=_revision_rows(results.revision) + _environment_rows(results.environment),
        noise=noise_of(results.samples),
        warnings=_environment_warnings(results.environment),
    )


def _headline_of(samples: Sequence[Sample]) -> str:
    """Say which budgets are exceeded, where one section's own headline cannot."""
    bounded = {sample.scenario for sample in samples if sample.budget_bytes is not None}
    if len(bounded) < 2:  # noqa: PLR2004 - one says it itself
        return ""
    return budget_sentence(samples, _namer(samples, lambda sample: f"{sample.scenario}/{sample.variant}"))


def _namer(samples: Sequence[Sample], name: Callable[[Sample], str]) -> Callable[[Sample], str]:
    """Name samples with their meters where there are several."""
    several = len({sample.meter for sample in samples}) > 1
    return lambda sample: f"{name(sample)} ({sample.meter})" if several else name(sample)


def _revision_rows(revision: str) -> tuple[tuple[str, str], ...]:
    return (("revision", revision),) if revision else ()


def _environment_rows(environment: Environment) -> tuple[tuple[str, str], ...]:
    facts = asdict(environment)
    controls = facts.pop("controls")
    settings = facts.pop("settings")
    return tuple((name.replace("_", " "), _in_words(value)) for name, value in (facts | controls | settings).items())


def _in_words(value: object) -> str:
    return str(value) if not isinstance(value, bool) else "yes" if value else "no"


def _environment_warnings(environment: Environment) -> tuple[str, ...]:
    unmet = {
        "address_randomisation_off": "address randomisation could not be turned off",
        "pinned_cpu": "trials could not be pinned to one CPU",
    }
    return tuple(
        f"{text}: expect repeats to differ, and take more of them"
        for control, text in unmet.items()
        if not environment.controls.get(control)
    )


class _Section:
    """Computes every figure of one scenario's section."""

    def __init__(self, samples: Sequence[Sample], story: Story) -> None:
        self._samples = samples
        self._story = story
        meters = [sample.meter for sample in samples]
        self._meter = PRIMARY_METER if PRIMARY_METER in meters else meters[0]

    def make(self, scenario: str, attributions: Mapping[str, Attribution | None]) -> Section:
        before = self._peak(self._story.before)
        attribution = attributions[scenario] if scenario in attributions else self._attribution()
        shown = self._shown(attribution)
        return Section(
            scenario=scenario,
            summary=self._story.summary,
            headline=" ".join(filter(None, (self._headline(), self._budgets()))),
            remarks=tuple(self._remarks()),
            rows=tuple(self._row(sample) for sample in shown),
            left_out=len(self._samples) - len(shown),
            levels=tuple(self._levels()),
            waterfall_start=None if before is None else Step(label="baseline", peak_bytes=before, saved_bytes=0),
            steps=self._steps(),
            timelines=tuple(self._timelines()),
            attribution=attribution,
            **self._claims(),
            **self._instruments(),
        )

    def _find(self, variant: str | None, meter: str | None = None) -> Sample | None:
        """Find the sample of a variant under whichever of its names it was run."""
        if variant is None:
            return None
        for sample in self._samples:
            if sample.meter == (meter or self._meter) and self._story.same(sample.variant, variant):
                return sample
        return None

    def _peak(self, variant: str | None) -> int | None:
        """Tell the median peak of a variant, unless what it put out was wrong: that is no peak to compare with."""
        return right_peak(self._find(variant))

    def _row(self, sample: Sample) -> Row:
        before = self._find(self._story.before, sample.meter)
        base, peak = before.median_bytes if before else None, sample.median_bytes
        change = peak - base if base is not None and peak is not None and before is not sample else None
        return Row(
            scenario=sample.scenario,
            variant=sample.variant,
            meter=sample.meter,
            role=self._story.role(sample.variant),
            title=self._story.title(sample.variant),
            peak_bytes=peak,
            spread_bytes=sample.spread_bytes if len(sample.peak_bytes) > 1 else None,
            change_bytes=change,
            change_ratio=change / base if change is not None and base else None,
            outcomes=sample.outcomes,
            phases=tuple(sample.phases.items()),
            warnings=sample.failures[:1] + sample.warnings,
            artifacts=sample.artifacts,
            budget_bytes=sample.budget_bytes,
            over_budget_bytes=excess_bytes(sample),
        )

    def _instruments(self) -> dict[str, Any]:
        """Set the meters side by side where there are several."""
        meters = list(dict.fromkeys(sample.meter for sample in self._samples))
        if len(meters) < 2:  # noqa: PLR2004 - it takes two to compare
            return {}
        variants = dict.fromkeys(sample.variant for sample in self._samples)
        rows = [
            InstrumentRow(
                variant=variant,
                figures=tuple((meter, _median(self._find(variant, meter))) for meter in meters),
            )
            for variant in variants
        ]
        return {"instruments": tuple(rows), "instrument_notes": instrument_notes(self._samples)}

    def _levels(self) -> Iterable[Level]:
        reference = self._peak(self._story.reference)
        if reference is not None and self._story.reference is not None:
            yield Level(label=self._story.reference, peak_bytes=reference)
        yield from self._story.levels

    def _steps(self) -> tuple[Step, ...]:
        """All steps, or none: a waterfall with a step missing would credit its saving to the next one."""
        last = self._peak(self._story.before)
        steps: list[Step] = []
        for label, variant in self._story.steps:
            peak = self._peak(variant)
            if peak is None or last is None:
                return ()
            steps.append(Step(label=label, peak_bytes=peak, saved_bytes=last - peak))
            last = peak
        return tuple(steps)

    def _timelines(self) -> Iterable[Timeline]:
        for sample in self._samples:
            if sample.meter != self._meter or sample.timeline is None or sample.median_bytes is None:
                continue
            yield Timeline(
                variant=sample.variant,
                role=self._story.role(sample.variant),
                seconds=sample.timeline.seconds,
                rss_bytes=sample.timeline.rss_bytes,
                peak_bytes=sample.median_bytes,
                phases=tuple(
                    PhaseSpan(name=span.name, start_seconds=span.start_seconds, end_seconds=span.end_seconds)
                    for span in sample.phase_spans
                ),
            )

    def _claims(self) -> dict[str, Any]:
        before = self._find(self._story.before)
        if before is None or right_peak(before) is None:
            return {}
        table = ClaimTable(self._find, before)
        return {"claims": table.rows(self._story.claims), "as_written": table.as_written(self._story.claims)}

    def _attribution(self) -> Attribution | None:
        """Divide the saving as far as the peaks go; of a single figure there is nothing to divide."""
        if not self._story.switches:
            return None
        division = Division(plan=make_plan(self._story.order), peaks=self._peaks())
        figures = division.figures(self._story.order)
        known = [one for one in figures if any(amount is not None for amount in one.amounts().values())]
        return attribution_of(self._story.switches, division) if len(known) > 1 else None

    def _peaks(self) -> Peaks:
        """Gather the peaks of the combinations of switches."""
        peaks = {}
        for sample in self._samples:
            combination, peak = self._story.combination(sample.variant), right_peak(sample)
            if sample.meter == self._meter and combination is not None and peak is not None:
                peaks[combination] = peak
        return peaks

    def _shown(self, attribution: Attribution | None) -> Sequence[Sample]:
        """Leave out what was measured only to divide the saving, unless there is something to say of it."""
        mixed = {sample.variant for sample in self._samples if self._mixed(sample.variant)}
        if attribution is None or len(mixed) <= MOST_COMBINATIONS_SHOWN:
            return self._samples
        return [sample for sample in self._samples if sample.variant not in mixed or sample.failed or sample.warnings]

    def _mixed(self, variant: str) -> bool:
        return self._story.role(variant) is Role.OTHER and self._story.combination(variant) is not None

    def _headline(self) -> str:
        before, after = self._peak(self._story.before), self._peak(self._story.after)
        reference = self._peak(self._story.reference)
        if before is None:
            return self._plain_headline()
        text = f"In parallel with nothing fixed the peak is {format_bytes(before)}"
        if reference is not None:
            text += f", one at a time it was {format_bytes(reference)}"
        if after is not None:
            text += f"; all seven fixes bring it to {format_bytes(after)}"
            if reference is not None and before > reference:
                text += f", which undoes {100 * (before - after) / (before - reference):.0f} % of the rise"
        saved = self._saved_alone(before)
        best = max(saved, key=lambda variant: saved[variant], default="")
        if best and saved[best] >= UNMOVED_SHARE * before:
            text += f", and {best} alone takes off {format_bytes(saved[best])}"
        return f"{text}."

    def _budgets(self) -> str:
        return budget_sentence(self._samples, _namer(self._samples, lambda sample: sample.variant))

    def _plain_headline(self) -> str:
        """Name the largest peak, where there is no story to tell."""
        missing = f"; {self._story.before} is not among the samples" if self._story.before is not None else ""
        peaks = {sample.variant: sample.median_bytes for sample in self._samples if sample.meter == self._meter}
        known = {variant: peak for variant, peak in peaks.items() if peak is not None}
        if not known:
            return f"No trial came to a figure: {self._ends()}{missing}."
        largest = max(known, key=lambda variant: known[variant])
        if len(known) > 1:
            return f"The peak is {format_bytes(known[largest])}, the largest of {len(known)}: {largest}{missing}."
        whose = "" if largest == DEFAULT_VARIANT else f" of {largest}"
        return f"The peak{whose} is {format_bytes(known[largest])}{missing}."

    def _ends(self) -> str:
        """Count how the trials ended, the most frequent first."""
        ends = counted(outcome for sample in self._samples for outcome in sample.outcomes)
        return listed([f"{count:,} {name_of(outcome)}" for outcome, count in ends]) if ends else NO_TRIALS

    def _saved_alone(self, before: int) -> dict[str, int]:
        """Tell what each fix alone saves, by its variant."""
        singles = [sample.variant for sample in self._samples if self._story.role(sample.variant) is Role.SINGLE]
        peaks = {variant: self._peak(variant) for variant in singles}
        return {variant: before - peak for variant, peak in peaks.items() if peak is not None}

    def _remarks(self) -> Iterable[str]:
        before = self._peak(self._story.before)
        if before is None:
            return
        saved = self._saved_alone(before)
        idle = [variant for variant, saving in sorted(saved.items()) if abs(saving) < UNMOVED_SHARE * before]
        if idle:
            yield f"Alone, {listed(idle)} {'moves' if len(idle) == 1 else 'move'} the peak by less than 1 %."


def _median(sample: Sample | None) -> int | None:
    return sample.median_bytes if sample else None
