"""Shows tables in one of the formats for people."""

from collections.abc import Sequence

import click
from rich.console import Console

from membench.reports.tables import Table
from membench.reports.tables.console import render_table
from membench.reports.tables.markdown import as_markdown

FORMATS = ("console", "json", "markdown")


def show_tables(tables: Sequence[Table], output_format: str) -> None:
    """Print tables to the console, or as Markdown."""
    if output_format == "markdown":
        click.echo(as_markdown(tables), nl=False)
        return
    console = Console()
    for table in tables:
        render_table(table, console)
