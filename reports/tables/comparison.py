"""The table of two runs side by side."""

from typing import TYPE_CHECKING

from membench.reports.tables import Column, Kind, Range, Table, Uncertain, columns_of

if TYPE_CHECKING:
    from membench.harness.gate.comparison import Comparison, ComparisonRow
    from membench.reports.tables import Amount

EXACT = "exact"  # every repeat of a side gave the same peak


def comparison_table(comparison: "Comparison") -> Table:
    """Make the table; a ~ stands before a shift that may be chance."""
    return Table(
        columns=(
            *columns_of("scenario", "variant", "meter"),
            *columns_of("base", "head", kind=Kind.SIZE),
            Column(header="shift", kind=Kind.SHIFT),
            Column(header="95 % interval", kind=Kind.SHIFT),
        ),
        rows=tuple(
            (row.scenario, row.variant, row.meter, row.base_bytes, row.head_bytes, _shift(row), _interval(row))
            for row in comparison.rows
        ),
        warnings=comparison.warnings,
    )


def _shift(row: "ComparisonRow") -> "Amount":
    if row.shift is None:
        return None
    certain = row.shift.significant or row.shift.repeats_agree
    return row.shift.bytes if certain else Uncertain(row.shift.bytes)


def _interval(row: "ComparisonRow") -> "Amount":
    if row.shift is None or row.shift.interval is None:
        return None
    return EXACT if row.shift.repeats_agree else Range(row.shift.interval.low_bytes, row.shift.interval.high_bytes)
