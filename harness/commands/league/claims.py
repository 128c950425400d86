"""Sets what was claimed of each fix beside what it saved, in the terms of the claim."""

from collections.abc import Callable, Iterable, Sequence

from membench.harness.commands.reporting.attribution import NOTICEABLE_BYTES
from membench.harness.model import Outcome, Sample
from membench.harness.suites.story import Claimed
from membench.harness.units import MIB, format_bytes, format_shift
from membench.reports.document import AsWrittenRow, ClaimRow, ClaimVerdict

Find = Callable[[str | None], Sample | None]
"""Finds the sample of a variant."""


def verdict_of(claim: Claimed, measured: float | None) -> ClaimVerdict:
    """Judge a claim by what its effective form saved."""
    if measured is None:
        return ClaimVerdict.UNTESTED
    if measured < claim.low:
        return ClaimVerdict.LESS
    return ClaimVerdict.MORE if measured > claim.high else ClaimVerdict.AS_CLAIMED


def lossy(sample: Sample) -> bool:
    """Tell whether a trial of the sample put out anything but what is right."""
    return any(outcome is not Outcome.OK for outcome in sample.outcomes)


def right_peak(sample: Sample | None) -> int | None:
    """Give the median peak of a sample, unless what it put out was wrong: that is no peak to compare with."""
    return sample.median_bytes if sample is not None and not lossy(sample) else None


class ClaimTable:
    """Computes the rows of one scenario's claims, against a sample with nothing fixed whose output is right."""

    def __init__(self, find: Find, before: Sample) -> None:
        self._find = find
        self._sample = before
        self._before = before.median_bytes or 0

    def rows(self, claims: Sequence[Claimed]) -> tuple[ClaimRow, ...]:
        """Make a row of each claim that a variant was measured for."""
        return tuple(self._row(claim) for claim in claims if self._find(claim.alone))

    def as_written(self, claims: Sequence[Claimed]) -> tuple[AsWrittenRow, ...]:
        """Set each effective form beside the letter, where that was measured and differs."""
        by_fix = {claim.fix: claim for claim in reversed(claims)}  # all seven have two claims and one letter
        rows = [self._as_written_row(claim) for claim in reversed(by_fix.values())]
        return tuple(row for row in rows if row is not None)

    def _row(self, claim: Claimed) -> ClaimRow:
        untested = self._untested(claim)
        measured = None if untested else claim.measured
        if measured is None and not untested:
            measured = self._in_claimed_unit(claim, claim.alone)
        by_peak = claim.measured is None and not untested
        return ClaimRow(
            fix=claim.fix,
            claim=claim.claim,
            unit=claim.unit,
            claimed_low=claim.low,
            claimed_high=claim.high,
            measured=measured,
            measured_as_written=self._in_claimed_unit(claim, claim.as_written) if by_peak else None,
            verdict=verdict_of(claim, measured),
            untested=untested,
            notes=() if untested else tuple(self._notes(claim)),
            loses=self._loses(claim),
        )

    def _as_written_row(self, claim: Claimed) -> AsWrittenRow | None:
        written = self._find(claim.as_written)
        if written is None:
            return None
        effective = right_peak(self._find(claim.alone))
        peak = written.median_bytes
        return AsWrittenRow(
            fix=claim.fix,
            effective_bytes=None if effective is None else self._before - effective,
            as_written_bytes=None if peak is None else self._before - peak,
            loses=self._loses(claim),
        )

    def _untested(self, claim: Claimed) -> str:
        """Say why a claim cannot be had in its terms; empty where it can."""
        peak = format_bytes(self._before)
        if claim.unit == "MiB" and self._before < claim.low * MIB:
            return f"{format_bytes(claim.low * MIB)} cannot be saved where the whole peak is {peak}"
        sample = self._find(claim.alone)
        if claim.measured is None and right_peak(sample) is None:
            return f"{claim.alone} did not come to a right output"
        return ""

    def _in_claimed_unit(self, claim: Claimed, variant: str | None) -> float | None:
        peak = right_peak(self._find(variant))
        if peak is None:
            return None
        saved = self._before - peak
        return saved / MIB if claim.unit == "MiB" else 100 * saved / self._before

    def _notes(self, claim: Claimed) -> Iterable[str]:
        """Say what the columns do not: what the peak did where the claim is not about it."""
        alone = self._find(claim.alone)
        peak = right_peak(alone)
        if peak is not None and claim.leaves:
            yield f"said to leave {claim.leaves}, it leaves {format_bytes(peak)}"
        elif peak is not None and claim.measured is not None:
            yield f"alone it moves the peak by {format_shift(peak - self._before)}"
        yield from self._in_phase(claim, alone)
        yield from self._once_others_are_made(claim, peak)

    def _loses(self, claim: Claimed) -> str:
        """Name what the form as written loses; "" where its output is right, or it was not measured."""
        written = self._find(claim.as_written)
        return (claim.loses or "data") if written is not None and lossy(written) else ""

    def _once_others_are_made(self, claim: Claimed, alone: int | None) -> Iterable[str]:
        """Say what a fix saves last, where another peak hides it before."""
        every, without = right_peak(self._find(claim.every)), right_peak(self._find(claim.without))
        if alone is None or every is None or without is None:
            return
        last = without - every
        if last - (self._before - alone) >= NOTICEABLE_BYTES:
            yield f"once all others are made it saves {format_bytes(last)}"

    def _in_phase(self, claim: Claimed, alone: Sample | None) -> Iterable[str]:
        before = self._sample.phases
        if alone is None or claim.phase not in before or claim.phase not in alone.phases:
            return
        there, here = before[claim.phase], alone.phases[claim.phase]
        yield (
            f"the phase that it is about ({claim.phase}) peaks at {format_bytes(there)}, and it moves that by "
            f"{format_shift(here - there)}"
        )
