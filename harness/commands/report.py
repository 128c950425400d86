"""`membench report`: write the report and the charts of a run again."""

import os
from dataclasses import replace
from pathlib import Path

import click

from membench.harness.commands.reporting.sections import make_report
from membench.harness.commands.suite_choice import choose_suite
from membench.harness.commands.terminal import options, output
from membench.harness.errors import EXIT_OK
from membench.harness.model import Results
from membench.harness.store.files import writable_folder
from membench.harness.store.merging import merge, with_artifacts_below
from membench.harness.store.results import read_results
from membench.reports.formats import load_format


@click.command(name="report")
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@options.out("Write report and charts there; without it the report is printed.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="F",
    help="Format; may be given again. See: membench list formats.",
)
def command(results: tuple[Path, ...], out: Path | None, formats: tuple[str, ...]) -> int:
    """Write the report and the charts of a run again.

    RESULTS is a results.json; of several one report is made. Nothing is measured.

    \b
    membench report out/results.json --out out --format html
    membench report out/league/results.json out/incident/results.json --out out --format html
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    for name in formats:
        load_format(name)
    merged, warnings = merge([(str(path), _seen_from(out, path)) for path in results])
    report = make_report(merged, choose_suite(None, measures=False).stories(merged))
    report = replace(report, warnings=warnings + report.warnings)
    if out is not None:
        output.announce(output.write_report(report, writable_folder(out), formats or ("markdown",)), to_stderr=False)
    elif formats:
        for name in formats:
            output.print_text(report, name)
    else:
        output.print_report(report)
    return EXIT_OK


def _seen_from(out: Path | None, path: Path) -> Results:
    """Read results, with the ways to their artifacts as they are from where the report will be."""
    way = os.path.relpath(path.parent.resolve(), (out or Path()).resolve())
    return with_artifacts_below(read_results(path), Path(way))
