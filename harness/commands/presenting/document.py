"""Makes the report document of samples and the story of their suite."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from harness.commands.presenting.instruments import instrument_notes
from harness.commands.presenting.noise import noise_of
from harness.commands.suites.story import Claimed, Story
from harness.model import Environment, Outcome, Results, Sample
from harness.units import MIB, format_bytes, format_shift
from reports.document import (
    ClaimRow,
    InstrumentRow,
    Level,
    PhaseSpan,
    Report,
    Role,
    Row,
    Section,
    Step,
    Timeline,
)

UNMOVED_SHARE = 0.01  # of the peak; a fix that moves it by less is said to leave it as it is
PRIMARY_METER = "peak_rss"


def make_report(results: Results, stories: Mapping[str, Story]) -> Report:
    """Make the report of a whole run; `stories` has one for each scenario of the results."""
    sections = [
        _Section([sample for sample in results.samples if sample.scenario == name], stories[name]).make(name)
        for name in dict.fromkeys(sample.scenario for sample in results.samples)
    ]
    return Report(
        title="Peak memory",
        created=results.created,
        sections=tuple(sections),
        environment=_revision_rows(results.revision) + _environment_rows(results.environment),
        noise=noise_of(results.samples),
        warnings=_environment_warnings(results.environment),
    )


def _revision_rows(revision: str) -> tuple[tuple[str, str], ...]:
    return (("revision", revision),) if revision else ()


def _environment_rows(environment: Environment) -> tuple[tuple[str, str], ...]:
    facts = asdict(environment)
    controls = facts.pop("controls")
    settings = facts.pop("settings")
    return tuple((name.replace("_", " "), str(value)) for name, value in (facts | controls | settings).items())


def _environment_warnings(environment: Environment) -> tuple[str, ...]:
    unmet = {
        "address_randomisation_off": "address randomisation could not be turned off",
        "pinned_cpu": "trials could not be pinned to one CPU",
    }
    return tuple(
        f"{words}: expect repeats to differ, and take more of them"
        for control, words in unmet.items()
        if not environment.controls.get(control)
    )


class _Section:
    """Computes every figure of one scenario's section."""

    def __init__(self, samples: Sequence[Sample], story: Story) -> None:
        self._samples = samples
        self._story = story
        meters = [sample.meter for sample in samples]
        self._meter = PRIMARY_METER if PRIMARY_METER in meters else meters[0]

    def make(self, scenario: str) -> Section:
        before = self._peak(self._story.before)
        return Section(
            scenario=scenario,
            summary=self._story.summary,
            headline=self._headline(),
            remarks=tuple(self._remarks()),
            rows=tuple(self._row(sample) for sample in self._samples),
            levels=tuple(self._levels()),
            waterfall_start=None if before is None else Step(label="baseline", peak_bytes=before, saved_bytes=0),
            steps=self._steps(),
            timelines=tuple(self._timelines()),
            claims=self._claims(),
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
        sample = self._find(variant)
        return sample.median_bytes if sample and not _lossy(sample) else None

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
            repeats=len(sample.outcomes),
            outcome=_outcome(sample.outcomes),
            phases=tuple(sample.phases.items()),
            warnings=sample.failures[:1] + sample.warnings,
            artifacts=sample.artifacts,
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

    def _claims(self) -> tuple[ClaimRow, ...]:
        if self._peak(self._story.before) is None:
            return ()
        claims = [claim for claim in self._story.claims if self._find(claim.alone)]
        return tuple(self._claim_row(claim) for claim in claims)

    def _claim_row(self, claim: Claimed) -> ClaimRow:
        in_peak = self._in_claimed_unit(claim, claim.alone)
        measured = claim.measured if claim.measured is not None else in_peak
        return ClaimRow(
            fix=claim.fix,
            claim=claim.claim,
            unit=claim.unit,
            claimed_low=claim.low,
            claimed_high=claim.high,
            measured=measured,
            measured_as_written=None if claim.measured is not None else self._in_claimed_unit(claim, claim.as_written),
            note=self._note(claim),
        )

    def _in_claimed_unit(self, claim: Claimed, variant: str | None) -> float | None:
        before, peak = self._peak(self._story.before), self._peak(variant)
        if before is None or peak is None:
            return None
        return (before - peak) / MIB if claim.unit == "MiB" else 100 * (before - peak) / before

    def _note(self, claim: Claimed) -> str:
        """Say what the columns do not: what the peak did where the claim is not about it, and what is lost."""
        before, alone = self._peak(self._story.before), self._peak(claim.alone)
        notes = []
        if claim.measured is not None and before is not None and alone is not None:
            notes.append(f"alone it moves the peak by {format_shift(alone - before)}")
        written = self._find(claim.as_written)
        if written is not None and _lossy(written):
            notes.append(f"as written it loses {claim.loses or 'data'}")
        return "; ".join(notes)

    def _headline(self) -> str:
        before, after = self._peak(self._story.before), self._peak(self._story.after)
        reference = self._peak(self._story.reference)
        if before is None:
            return self._plain_headline()
        words = f"In parallel with nothing fixed the peak is {format_bytes(before)}"
        if reference is not None:
            words += f", one at a time it was {format_bytes(reference)}"
        if after is not None:
            words += f"; all seven fixes bring it to {format_bytes(after)}"
            if reference is not None and before > reference:
                words += f", which undoes {100 * (before - after) / (before - reference):.0f} % of the rise"
        saved = self._saved_alone(before)
        best = max(saved, key=lambda variant: saved[variant], default="")
        if best and saved[best] >= UNMOVED_SHARE * before:
            words += f", and {best} alone takes off {format_bytes(saved[best])}"
        return f"{words}."

    def _plain_headline(self) -> str:
        """Name the largest peak, where there is no story to tell."""
        missing = f"; {self._story.before} is not among the samples" if self._story.before is not None else ""
        peaks = {sample.variant: sample.median_bytes for sample in self._samples if sample.meter == self._meter}
        known = {variant: peak for variant, peak in peaks.items() if peak is not None}
        if not known:
            return f"No trial came to a figure{missing}."
        largest = max(known, key=lambda variant: known[variant])
        among = f" the largest of {len(known)}:" if len(known) > 1 else ""
        return f"The peak is {format_bytes(known[largest])},{among} {largest}{missing}."

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
        idle = [variant for variant, saving in saved.items() if abs(saving) < UNMOVED_SHARE * before]
        if idle:
            yield f"Alone, {_listed(idle)} {'moves' if len(idle) == 1 else 'move'} the peak by less than 1 %."


def _median(sample: Sample | None) -> int | None:
    return sample.median_bytes if sample else None


def _lossy(sample: Sample) -> bool:
    return any(outcome is not Outcome.OK for outcome in sample.outcomes)


def _outcome(outcomes: Sequence[Outcome]) -> str:
    bad = [outcome for outcome in outcomes if outcome is not Outcome.OK]
    if not bad:
        return str(Outcome.OK)
    return f"{bad[0]} {len(bad)}/{len(outcomes)}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
