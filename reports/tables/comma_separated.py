"""Writes a table as comma-separated values (RFC 4180): a header, CRLF at the end of each line, quotes doubled.

A spreadsheet takes a cell that begins with one of a few characters for a formula and runs it, quoted or not. An
apostrophe before them makes it text (CWE-1236).
"""

import csv
import io
from typing import TYPE_CHECKING

from membench.reports.tables import Estimate, Range, Uncertain, amount_of
from membench.reports.wording import plain

if TYPE_CHECKING:
    from membench.reports.tables import Table, Value

# The full-width forms too: some spreadsheets fold them. White space in front is gone by `plain`.
_FORMULA_STARTS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def as_csv(table: "Table") -> str:
    """Write the values themselves: sizes are bytes, and what is not there is an empty cell."""
    text = io.StringIO(newline="")
    # Quoting every text keeps it in one cell where a semicolon separates them.
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(column.key or column.header for column in table.columns)
    writer.writerows(tuple(map(_cell, row)) for row in table.rows)
    return text.getvalue()


def _cell(value: "Value") -> str | int | float:
    match amount_of(value):
        case None:
            return ""
        case str() as text:
            line = plain(text)
            return f"'{line}" if line.startswith(_FORMULA_STARTS) else line
        case Uncertain(amount) | Estimate(amount, _, _):
            return amount
        case Range(low, high):
            return f"{low} to {high}"
        case number:
            return number
