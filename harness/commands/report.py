"""`membench report`: write the report and the charts of a run again."""

from pathlib import Path

import click

from harness.commands.presenting import output
from harness.commands.suites import league
from harness.errors import EXIT_OK
from harness.store.files import writable_folder
from harness.store.results import read_results
from reports.formats import load_format


@click.command(name="report")
@click.argument("results", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write report and charts there; without it the report is printed.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="F",
    help="Format; may be given again. See: membench list formats.",
)
def command(results: Path, out: Path | None, formats: tuple[str, ...]) -> int:
    """Write the report and the charts of a run again.

    RESULTS is a results.json. Nothing is measured.
    """
    for name in formats:
        load_format(name)
    found = read_results(results)
    report = output.report_of(found, league.stories(found))
    if out is not None:
        output.announce(output.write_report(report, writable_folder(out), formats or ("markdown",)), to_stderr=False)
    elif formats:
        for name in formats:
            click.echo(load_format(name).render(report))
    else:
        output.print_report(report)
    return EXIT_OK
