"""`membench compare`: show how far the peaks of one run lie from another's."""

from pathlib import Path

import click

from membench.harness.commands.terminal import options, tables
from membench.harness.commands.terminal.documents import print_json
from membench.harness.errors import EXIT_OK
from membench.harness.gate.comparison import compare
from membench.harness.store.results import read_results
from membench.reports.tables.comparison import comparison_table

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="compare")
@click.argument("base", type=_FILE)
@click.argument("head", type=_FILE)
@options.form(tables.FORMATS)
def command(base: Path, head: Path, form: str) -> int:
    """Show how far the peaks of one run lie from another's.

    BASE and HEAD are results.json files of two runs. The shift is HEAD minus BASE; a ~ stands before one that
    may be chance at 95 %. This only shows: it ends with 0 whatever the shift.
    """
    comparison = compare(read_results(base), read_results(head))
    if form == "json":
        print_json(comparison.document())
    else:
        tables.show_tables([comparison_table(comparison)], form)
    return EXIT_OK
