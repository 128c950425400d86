"""`membench export`: write a run for another tool."""

from pathlib import Path

import click

from membench.harness.errors import EXIT_OK, UnreadableInputError
from membench.harness.store.files import atomic_writer, writable_file
from membench.harness.store.results import read_results
from membench.reports.exports import export_names, load_export
from membench.reports.figures import figures_of


@click.command(name="export")
@click.argument("results", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--to", "name", required=True, type=click.Choice(export_names()), help="The format of the other tool.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it there; without it, it is printed.",
)
def command(results: Path, name: str, out: Path | None) -> int:
    """Write a run for another tool: a dashboard, a spreadsheet, a monitor.

    RESULTS is a results.json. Nothing is measured. A sample without a figure, or one whose output was wrong, is left
    out, and a line on standard error says so.
    """
    found = read_results(results)
    figures, left_out = figures_of(found)
    for line in left_out:
        click.echo(f"membench: {line}", err=True)
    if not figures:
        raise UnreadableInputError(f"{results} has no figure to export. Give one of a run that came to its end.")
    text = load_export(name).render(found, figures)
    if out is None:
        click.echo(text, nl=False)
    else:
        with atomic_writer(writable_file(out)) as file:
            file.write(text)
    return EXIT_OK
