"""The table of samples: each variant's peak, how far repeats differ, its change and what its trials came to."""

from typing import TYPE_CHECKING

from membench.harness.model import Role
from membench.reports import wording
from membench.reports.tables import Column, Kind, Marked, Table, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from membench.reports.document import Row
    from membench.reports.tables import Value

PEAK = "peak_bytes"


def samples_table(rows: "Sequence[Row]", *, titled: bool) -> Table:
    """Make the table of samples under one meter; budgets and changes have columns where any row has one.

    Args:
        rows: the samples.
        titled: whether to say what each variant is, where it is more than its name.
    """
    bounded, changed = wording.have_budgets(rows), wording.have_changes(rows)
    return Table(
        columns=tuple(_columns(titled=titled, bounded=bounded, changed=changed)),
        rows=tuple(tuple(_values(row, titled=titled, bounded=bounded, changed=changed)) for row in rows),
    )


def _columns(*, titled: bool, bounded: bool, changed: bool) -> "Iterator[Column]":
    yield Column(header="variant", least_width=10)
    if titled:
        yield Column(header="what it is")
    yield Column(header="peak", meaning="median peak", kind=Kind.SIZE, key=PEAK)
    if bounded:
        yield Column(header="budget", kind=Kind.SIZE)
    yield Column(header="spread", kind=Kind.SIZE)
    if changed:
        yield Column(header="change", kind=Kind.SHIFT)
        yield Column(header="%", kind=Kind.SHARE)
    yield Column(header="outcome", least_width=8)


def _values(row: "Row", *, titled: bool, bounded: bool, changed: bool) -> "Iterator[Value]":
    over = row.over_budget_bytes is not None
    yield Marked(row.variant, Tone.STRONG) if row.role in {Role.BEFORE, Role.AFTER} else row.variant
    if titled:
        yield row.title if row.title != row.variant else ""
    yield row.peak_bytes
    if bounded:
        yield Marked(row.budget_bytes, Tone.BAD) if over else row.budget_bytes
    yield Marked(row.spread_bytes, Tone.ASIDE)
    if changed:
        # What loses data saves nothing.
        change, share = (row.change_bytes, row.change_ratio) if wording.is_ok(row) else (None, None)
        tone = Tone.GOOD if change and change < 0 else Tone.UNSURE if change else Tone.ASIDE
        yield Marked(change, tone)
        yield Marked(share, tone)
    yield Marked(wording.outcome(row), Tone.OVER if over else Tone.GOOD if wording.is_good(row) else Tone.BAD)
