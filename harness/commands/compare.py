"""`membench compare`: show how far the peaks of one run lie from another's."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from membench.harness.commands.terminal import options
from membench.harness.commands.terminal.documents import print_json
from membench.harness.errors import EXIT_OK
from membench.harness.gate.comparison import Comparison, ComparisonRow, compare
from membench.harness.store.results import read_results
from membench.harness.units import format_bytes, format_shift
from membench.reports import wording

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="compare")
@click.argument("base", type=_FILE)
@click.argument("head", type=_FILE)
@options.form()
def command(base: Path, head: Path, form: str) -> int:
    """Show how far the peaks of one run lie from another's.

    BASE and HEAD are results.json files of two runs. The shift is HEAD minus BASE; a ~ stands before one that
    may be chance at 95 %. This only shows: it ends with 0 whatever the shift.
    """
    comparison = compare(read_results(base), read_results(head))
    if form == "json":
        print_json(comparison.document())
    else:
        _print(comparison)
    return EXIT_OK


def _print(comparison: Comparison) -> None:
    console = Console()
    table = Table(box=None, pad_edge=False)
    for heading in ("scenario", "variant", "meter"):
        table.add_column(heading, overflow="fold")
    for heading in ("base", "head", "shift", "95 % interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in comparison.rows:
        names = [Text(wording.plain(name)) for name in (row.scenario, row.variant, row.meter)]
        table.add_row(*names, _amount(row.base_bytes), _amount(row.head_bytes), _shift(row), _interval(row))
    console.print(table)
    for warning in comparison.warnings:
        console.print(Text(f"! {wording.plain(warning)}"))


def _amount(size: int | None) -> str:
    return "-" if size is None else format_bytes(size)


def _shift(row: ComparisonRow) -> str:
    if row.shift is None:
        return "-"
    return ("" if row.shift.significant else "~") + format_shift(row.shift.bytes)


def _interval(row: ComparisonRow) -> str:
    if row.shift is None or row.shift.low_bytes is None or row.shift.high_bytes is None:
        return "-"
    if row.shift.exact:
        return "exact"
    return f"{format_shift(row.shift.low_bytes)} to {format_shift(row.shift.high_bytes)}"
