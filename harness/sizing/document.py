"""The document of a size."""

from typing import Any

from membench.harness.sizing.forms import load_form
from membench.harness.sizing.model import Formula, Measured, Size

FORMAT = "membench-size"


def size_document(size: Size, measured: Measured, formula: Formula | None, forms: list[str]) -> dict[str, Any]:
    """Make the JSON document."""
    return {
        "workload": size.name,
        "request_bytes": size.request_bytes,
        "limit_bytes": size.limit_bytes,
        "floor_bytes": measured.floor_bytes,
        "peak_bytes": max(measured.peaks_bytes),
        "peaks_bytes": list(measured.peaks_bytes),
        "limit": measured.limit_kind,
        "formula": None if formula is None else _formula(formula),
        "pressure": [point._asdict() | {"outcome": str(point.outcome)} for point in measured.points],
        "pressure_read_from": measured.read_from,
        "reasons": list(size.reasons),
        "forms": {name: load_form(name).render(size) for name in forms},
    }


def _formula(formula: Formula) -> dict[str, Any]:
    return {
        "intercept_bytes": formula.intercept_bytes,
        "per": dict(formula.per),
        "per_low": dict(formula.low),
        "per_high": dict(formula.high),
        "measured": {name: list(ends) for name, ends in formula.measured.items()},
        "largest_residual_bytes": formula.largest_residual_bytes,
        "straight": formula.straight,
    }
