"""Comma-separated values as RFC 4180 has them, one line for each figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from membench.harness.model import Results
from membench.reports.figures import Figure
from membench.reports.tables import Column, Kind, Table
from membench.reports.tables.comma_separated import as_csv

_COLUMNS = (
    *(Column(header=name) for name in ("scenario", "variant", "meter")),
    *(Column(header=name, kind=Kind.SIZE) for name in ("median_bytes", "smallest_bytes", "largest_bytes")),
    Column(header="trials", kind=Kind.COUNT),
    *(Column(header=name) for name in ("outcome", "created", "environment")),
)


@dataclass(frozen=True, slots=True)
class CommaSeparatedValues:
    """One line for each figure."""

    name: str = "csv"
    summary: str = "comma-separated values (RFC 4180), for spreadsheets and data frames"

    def render(self, results: Results, figures: Sequence[Figure]) -> str:
        """Return the table; sizes are bytes."""
        run = (results.created, results.environment.fingerprint)
        rows = tuple(
            (
                *(figure.scenario, figure.variant, figure.meter),
                *(figure.median_bytes, figure.smallest_bytes, figure.largest_bytes),
                *(figure.trials, figure.outcome),
                *run,
            )
            for figure in figures
        )
        return as_csv(Table(columns=_COLUMNS, rows=rows))


EXPORT = CommaSeparatedValues()
