"""Comma-separated values as RFC 4180 has them: a header, CRLF at the end of each line, quotes doubled.

A spreadsheet takes a cell that begins with one of a few characters for a formula and runs it, quoted or not. An
apostrophe before them makes it text (CWE-1236).
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from membench.harness.model import Results
from membench.reports.figures import Figure
from membench.reports.wording import plain

_HEADER = (
    "scenario",
    "variant",
    "meter",
    "median_bytes",
    "smallest_bytes",
    "largest_bytes",
    "trials",
    "outcome",
    "created",
    "environment",
)
# The full-width forms too: some spreadsheets fold them. White space in front is gone by `plain`.
_FORMULA_STARTS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


@dataclass(frozen=True, slots=True)
class CommaSeparatedValues:
    """One line for each figure."""

    name: str = "csv"
    summary: str = "comma-separated values (RFC 4180), for spreadsheets and data frames"

    def render(self, results: Results, figures: Sequence[Figure]) -> str:
        """Return the table; sizes are bytes."""
        text = io.StringIO(newline="")
        # Quoting every text keeps it in one cell where a semicolon separates them.
        writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        writer.writerow(_HEADER)
        run = (results.created, results.environment.fingerprint)
        writer.writerows(tuple(map(_cell, _values(figure, run))) for figure in figures)
        return text.getvalue()


def _values(figure: Figure, run: tuple[str, str]) -> tuple[str | int, ...]:
    sizes = (figure.median_bytes, figure.smallest_bytes, figure.largest_bytes)
    return (figure.scenario, figure.variant, figure.meter, *sizes, figure.trials, figure.outcome, *map(plain, run))


def _cell(value: str | int) -> str | int:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


EXPORT = CommaSeparatedValues()
