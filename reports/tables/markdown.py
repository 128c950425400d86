"""Writes a table as GitHub-flavoured Markdown; every text from data is escaped."""

from typing import TYPE_CHECKING

from markupsafe import Markup

from membench.reports.formats.markdown import escape
from membench.reports.tables import Tone, text_of, tone_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from membench.reports.tables import Column, Table, Value

_SET_OFF = (Tone.STRONG, Tone.OVER)


def as_markdown(tables: "Iterable[Table]") -> str:
    """Write tables one after the other, each with its title, its notes and its warnings."""
    return "\n\n".join("\n\n".join(_parts(table)) for table in tables) + "\n"


def _parts(table: "Table") -> "Iterator[str]":
    if table.title:
        yield f"## {escape(table.title)}"
    if table.rows:
        yield "\n".join(grid_lines(table))
    if table.notes:
        yield " ".join(escape(note) for note in table.notes)
    if table.warnings:
        yield "\n".join(f"- ⚠️ {escape(warning)}" for warning in table.warnings)


def as_grid(table: "Table") -> Markup:
    """Write the columns and the rows alone, for a template."""
    return Markup("\n").join(map(Markup, grid_lines(table)))


def grid_lines(table: "Table") -> "Iterator[str]":
    """Write the columns and the rows alone, a line for each row."""
    yield _line(escape(column.meaning or column.header) for column in table.columns)
    yield _line("---:" if column.is_number else ":---" for column in table.columns)
    for row in table.rows:
        yield _line(_cell(column, value) for column, value in zip(table.columns, row, strict=True))


def _line(cells: "Iterable[str]") -> str:
    return f"| {' | '.join(cells)} |"


def _cell(column: "Column", value: "Value") -> str:
    text = escape(text_of(column, value))
    return f"**{text}**" if text and tone_of(value) in _SET_OFF else text
