"""Two runs side by side: each sample of the one with its counterpart in the other."""

from dataclasses import dataclass
from math import floor
from typing import Any

from membench.harness.keys import Key
from membench.harness.model import Results, Sample
from membench.harness.statistics.decision import Finding, decide
from membench.harness.statistics.shift import Shift, estimate_shift
from membench.harness.statistics.thresholds import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    """One configuration in two runs; a side that lacks it, or has no figure for it, is None."""

    scenario: str
    variant: str
    meter: str
    base_bytes: int | None
    head_bytes: int | None
    shift: Shift | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All configurations of two runs, in the order of the base, then those that only the head has."""

    rows: tuple[ComparisonRow, ...]
    warnings: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Make the JSON document."""
        return {"rows": [_row_document(row) for row in self.rows], "warnings": list(self.warnings)}


def _row_document(row: ComparisonRow) -> dict[str, Any]:
    return {
        "scenario": row.scenario,
        "variant": row.variant,
        "meter": row.meter,
        "base_bytes": row.base_bytes,
        "head_bytes": row.head_bytes,
        **shift_document(row.shift),
    }


def shift_document(shift: Shift | None) -> dict[str, int | None]:
    """Make the members of a row's JSON document that say how far it moved; None where that is not known."""
    return {
        "shift_bytes": shift.bytes if shift else None,
        "shift_low_bytes": shift.interval.low_bytes if shift and shift.interval else None,
        "shift_high_bytes": shift.interval.high_bytes if shift and shift.interval else None,
    }


def compare(base: Results, head: Results) -> Comparison:
    """Set the samples of two runs side by side."""
    base_samples = {sample.key: sample for sample in base.samples}
    head_samples = {sample.key: sample for sample in head.samples}
    keys = dict.fromkeys([*base_samples, *head_samples])
    rows = tuple(_row(key, base_samples.get(key), head_samples.get(key)) for key in keys)
    return Comparison(rows=rows, warnings=tuple(_warnings(base, head, base_samples, head_samples, rows)))


def _row(key: Key, base: Sample | None, head: Sample | None) -> ComparisonRow:
    scenario, variant, meter = key
    both = base is not None and head is not None and base.peak_bytes and head.peak_bytes
    return ComparisonRow(
        scenario=scenario,
        variant=variant,
        meter=meter,
        base_bytes=base.median_bytes if base else None,
        head_bytes=head.median_bytes if head else None,
        shift=estimate_shift(base.peak_bytes, head.peak_bytes) if base and head and both else None,
    )


def _warnings(
    base: Results,
    head: Results,
    base_samples: dict[Key, Sample],
    head_samples: dict[Key, Sample],
    rows: tuple[ComparisonRow, ...],
) -> list[str]:
    warnings = []
    if base.environment.fingerprint != head.environment.fingerprint:
        warnings.append("the two runs come from different environments: the shift is not the program's alone")
    for key in base_samples.keys() ^ head_samples.keys():
        side = "head" if key in base_samples else "base"
        warnings.append(f"{key} is missing in the {side}")
    warnings.extend(
        f"{key} put out something else in the head than in the base"
        for key in base_samples.keys() & head_samples.keys()
        if base_samples[key].digest != head_samples[key].digest
    )
    notes = dict.fromkeys(note for row in rows if row.shift for note in row.shift.warnings)
    return sorted(warnings) + list(notes)


def risen(base: Results, head: Results, thresholds: Thresholds) -> tuple[list[Key], list[str]]:
    """Decide, as the gate does, which peaks rose by more than is allowed.

    Returns:
        The configurations that did, and warnings about those that are not decided.
    """
    before = {sample.key: sample for sample in base.samples}
    rose, warnings = [], []
    for sample in head.samples:
        other = before.get(sample.key)
        if other is None or not other.peak_bytes or not sample.peak_bytes:
            continue
        allowed = floor(thresholds.allowed(other.median_bytes or 0))
        finding = decide(other.peak_bytes, sample.peak_bytes, allowed_bytes=allowed).finding
        if finding is Finding.ROSE:
            rose.append(sample.key)
        elif finding is Finding.OPEN:
            warnings.append(f"{sample.key}: too few trials to decide whether it rose by more than is allowed")
    return rose, warnings
