"""Builders of the parts that say which fix bought which megabytes, and how peaks grow."""

from dataclasses import replace
from itertools import combinations

import sample_documents as sample
from sample_documents import FIX_NAMES, growth_line, mib

from membench.harness.attribution.shapley import InteractionKind
from membench.harness.model import Role
from membench.reports.document import (
    AsWrittenRow,
    Attribution,
    AttributionRow,
    Growth,
    InteractionCell,
    Report,
    Section,
)

SUBSTITUTES = (1, 2, 3)


def attribution() -> Attribution:
    """Divide 32.5 MiB among seven fixes, of which three replace each other and one is hidden behind them."""
    alone = {1: 30.0, 2: 29.8, 3: 29.95}
    shares = {1: 10.6, 2: 10.5, 3: 10.55, 4: 0.85}
    left_out = {4: 1.1, 5: -0.1}
    joined = {2: 29.9, 3: 2.2, 4: 0.4}
    rows = tuple(
        AttributionRow(
            fix=name,
            alone_bytes=mib(alone.get(number, 0.0)),
            leave_one_out_bytes=mib(left_out.get(number, 0.0)),
            cumulative_bytes=mib(joined.get(number, 0.0)),
            shapley_bytes=mib(shares.get(number, 0.0)),
        )
        for number, name in FIX_NAMES.items()
    )
    return Attribution(
        rows=rows,
        interactions=tuple(_cell(first, second) for first, second in combinations(FIX_NAMES, 2)),
        saved_bytes=mib(32.5),
        notes=("fix-1, fix-2 and fix-3 replace one another.",),
    )


def _cell(first: int, second: int) -> InteractionCell:
    if first in SUBSTITUTES and second in SUBSTITUTES:
        saved, kind = -14.8, InteractionKind.REPLACE
    elif first in SUBSTITUTES and second == 4:
        saved, kind = 0.5, InteractionKind.NEED
    else:
        saved, kind = 0.01, InteractionKind.INDEPENDENT
    return InteractionCell(first=FIX_NAMES[first], second=FIX_NAMES[second], saved_bytes=mib(saved), kind=kind)


def estimated() -> Attribution:
    """Divide the same saving by sampled orders: intervals, no interactions, one share that cannot be had."""
    whole = attribution()
    rows = [
        replace(row, shapley_low_bytes=(row.shapley_bytes or 0) - mib(2), shapley_high_bytes=mib(12))
        for row in whole.rows
    ]
    lost = replace(rows[-1], shapley_bytes=None, shapley_low_bytes=None, shapley_high_bytes=None)
    return replace(whole, rows=(*rows[:-1], lost), interactions=())


def as_written() -> tuple[AsWrittenRow, ...]:
    return (
        AsWrittenRow(fix=FIX_NAMES[1], effective_bytes=mib(30), as_written_bytes=mib(-0.4), loses=""),
        AsWrittenRow(fix=FIX_NAMES[2], effective_bytes=mib(29.8), as_written_bytes=mib(31), loses="9 of 11 fields"),
        AsWrittenRow(fix=FIX_NAMES[7], effective_bytes=None, as_written_bytes=None, loses=""),
    )


def growth() -> tuple[Growth, ...]:
    """Make one variant that accumulates, one that grows a little, and one that is flat."""
    return (
        _line("baseline", Role.BEFORE, 23.0, 5277.0),
        _line("all", Role.AFTER, 23.0, 112.5),
        _line("bounded", Role.OTHER, 22.9, 1.5, straight=False),
    )


def _line(variant: str, role: Role, intercept: float, slope: float, *, straight: bool = True) -> Growth:
    sizes = (100, 1000, 10_000, 100_000)
    return growth_line(variant, role, intercept, slope, sizes=sizes, within=5, straight=straight)


def league() -> Section:
    """Make the league with every finding that a section can have."""
    notes = ("all grows more slowly than baseline.",)
    return replace(
        sample.league(), attribution=attribution(), as_written=as_written(), growth=growth(), growth_notes=notes
    )


def realistic() -> Report:
    return sample.report(league())


def sampled() -> Report:
    return sample.report(replace(sample.league(), attribution=estimated()))
