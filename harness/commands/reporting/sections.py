"""Makes the report document of samples and the story of their suite."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from membench.harness.attribution.division import Division, make_plan
from membench.harness.commands.league.claims import ClaimTable, right_peak
from membench.harness.commands.reporting.attribution import attribution_of
from membench.harness.commands.reporting.budgets import excess_bytes
from membench.harness.commands.reporting.environment import environment_rows, environment_warnings
from membench.harness.commands.reporting.headlines import headline, headline_of_run, remarks
from membench.harness.commands.reporting.instruments import instrument_notes
from membench.harness.commands.reporting.noise import noise_of
from membench.harness.commands.reporting.scenario_samples import ScenarioSamples
from membench.harness.model import Level, Results, Sample
from membench.harness.suites.story import Story
from membench.reports.document import Attribution, InstrumentRow, PhaseSpan, Report, Row, Section, Step, Timeline

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
        headline=headline_of_run(results.samples),
        created=results.created,
        sections=tuple(sections),
        environment=environment_rows(results.environment, results.revision),
        noise=noise_of(results.samples),
        warnings=environment_warnings(results.environment),
    )


class _Section:
    """Computes every figure of one scenario's section."""

    def __init__(self, samples: Sequence[Sample], story: Story) -> None:
        self._samples = samples
        self._story = story
        self._found = ScenarioSamples(samples, story)

    def make(self, scenario: str, attributions: Mapping[str, Attribution | None]) -> Section:
        before = self._found.peak(self._story.before)
        attribution = attributions[scenario] if scenario in attributions else self._attribution()
        shown = self._shown(attribution)
        return Section(
            scenario=scenario,
            summary=self._story.summary,
            headline=headline(self._found),
            remarks=tuple(remarks(self._found)),
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

    def _row(self, sample: Sample) -> Row:
        before = self._found.find(self._story.before, sample.meter)
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
                figures=tuple((meter, _median(self._found.find(variant, meter))) for meter in meters),
            )
            for variant in variants
        ]
        return {"instruments": tuple(rows), "instrument_notes": instrument_notes(self._samples)}

    def _levels(self) -> Iterable[Level]:
        reference = self._found.peak(self._story.reference)
        if reference is not None and self._story.reference is not None:
            yield Level(label=self._story.reference, peak_bytes=reference)
        yield from self._story.levels

    def _steps(self) -> tuple[Step, ...]:
        """All steps, or none: a waterfall with a step missing would credit its saving to the next one."""
        last = self._found.peak(self._story.before)
        steps: list[Step] = []
        for label, variant in self._story.steps:
            peak = self._found.peak(variant)
            if peak is None or last is None:
                return ()
            steps.append(Step(label=label, peak_bytes=peak, saved_bytes=last - peak))
            last = peak
        return tuple(steps)

    def _timelines(self) -> Iterable[Timeline]:
        for sample in self._samples:
            if sample.meter != self._found.meter or sample.timeline is None or sample.median_bytes is None:
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
        before = self._found.find(self._story.before)
        if before is None or right_peak(before) is None:
            return {}
        table = ClaimTable(self._found.find, before)
        return {"claims": table.rows(self._story.claims), "as_written": table.as_written(self._story.claims)}

    def _attribution(self) -> Attribution | None:
        """Divide the saving as far as the peaks go; of a single figure there is nothing to divide."""
        if not self._story.switches:
            return None
        division = Division(plan=make_plan(self._story.order), peaks=self._found.combination_peaks())
        figures = division.figures(self._story.order)
        known = [one for one in figures if any(amount is not None for amount in one.amounts().values())]
        return attribution_of(self._story.switches, division) if len(known) > 1 else None

    def _shown(self, attribution: Attribution | None) -> Sequence[Sample]:
        """Leave out what was measured only to divide the saving, unless there is something to say of it."""
        mixed = {sample.variant for sample in self._samples if self._found.is_mixed(sample.variant)}
        if attribution is None or len(mixed) <= MOST_COMBINATIONS_SHOWN:
            return self._samples
        return [sample for sample in self._samples if sample.variant not in mixed or sample.failed or sample.warnings]


def _median(sample: Sample | None) -> int | None:
    return sample.median_bytes if sample else None
