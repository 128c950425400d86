"""Shows a table on a terminal: text folds, and amounts are never cut."""

import io
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from membench.reports import wording
from membench.reports.tables import Tone, text_of, tone_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from membench.reports.tables import Column, Table, Value

STYLES = {
    Tone.STRONG: "bold",
    Tone.GOOD: "green",
    Tone.BAD: "bold red",
    Tone.OVER: "bold red",
    Tone.UNSURE: "yellow",
    Tone.ASIDE: "dim",
}
FILE_WIDTH = 132  # columns where no terminal says how many there are


def render_table(table: "Table", console: Console) -> None:
    """Print a table with its title before it, and its notes and warnings after it."""
    if table.title:
        console.print(Text(wording.plain(table.title), style="bold"))
    if table.rows:
        console.print(grid_of(table))
    for note in table.notes:
        console.print(Text(wording.plain(note)))
    for warning in table.warnings:
        console.print(Text(f"! {wording.plain(warning)}"), soft_wrap=True)


def grid_of(table: "Table") -> RichTable:
    """Make the columns and the rows alone."""
    grid = RichTable(box=None, pad_edge=False)
    add_columns(grid, table.columns)
    for row in table.rows:
        grid.add_row(*(cell_of(column, value) for column, value in zip(table.columns, row, strict=True)))
    return grid


def add_columns(grid: RichTable, columns: "Iterable[Column]") -> None:
    """Add the columns of a table."""
    for column in columns:
        # A Text is never parsed: no markup in a name has any effect.
        header = Text(wording.plain(column.header))
        if column.is_number:
            grid.add_column(header, justify="right", no_wrap=True)
        else:
            grid.add_column(header, overflow="fold", min_width=column.least_width or None)


def cell_of(column: "Column", value: "Value") -> Text:
    """Make one cell."""
    tone = tone_of(value)
    return Text(text_of(column, value), STYLES[tone] if tone else "")


def as_text(table: "Table") -> str:
    """Return what a console of 132 columns without colour would show."""
    stream = io.StringIO()
    render_table(table, Console(file=stream, width=FILE_WIDTH, color_system=None))
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())
