"""The table of which switch saves what, in each sense in which enough is known."""

from typing import TYPE_CHECKING

from membench.reports import wording
from membench.reports.tables import Column, Estimate, Kind, Table

if TYPE_CHECKING:
    from membench.reports.document import Attribution, AttributionRow
    from membench.reports.tables import Amount


def attribution_table(attribution: "Attribution") -> Table:
    """Make the table, with the notes that follow from it and what each pair is to each other."""
    senses = wording.attribution_columns(attribution)
    return Table(
        columns=(
            Column(header="fix"),
            *(Column(header=sense.heading, meaning=sense.meaning, kind=Kind.SIZE) for sense in senses),
        ),
        rows=tuple((str(row.fix), *(_amount(sense, row) for sense in senses)) for row in attribution.rows),
        notes=(*attribution.notes, *wording.interaction_words(attribution)),
    )


def _amount(sense: wording.AttributionColumn, row: "AttributionRow") -> "Amount":
    """Give a figure of a row, with its interval where it is an estimate."""
    amount, low, high = sense.amount(row), row.shapley_low_bytes, row.shapley_high_bytes
    if sense.heading != wording.SHARE or amount is None or low is None or high is None:
        return amount
    return Estimate(amount, low, high)
