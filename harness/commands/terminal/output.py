"""Shows a run: the table on a terminal, the document for programs, the folder with the report and the charts."""

from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console

from membench.harness.errors import UsageError
from membench.harness.store.files import atomic_writer, writable_folder
from membench.reports.document import Report
from membench.reports.formats import load_format
from membench.reports.formats.console import render_attribution, render_console, render_growth

REPORT_NAME = "report"
WRITTEN = ("markdown", "html")  # by a verb that measured


def print_report(report: Report) -> None:
    """Print the table for people."""
    render_console(report, Console())


def print_attribution(report: Report) -> None:
    """Print for people which switch bought which megabytes, and nothing else."""
    render_attribution(report, Console())


def print_growth(report: Report) -> None:
    """Print for people how peaks grow with the size of the input, and nothing else."""
    render_growth(report, Console())


def print_text(report: Report, name: str) -> None:
    """Print a report in one of the formats."""
    click.echo(load_format(name).render(report), nl=False)


def folder_to_keep(out: Path | None, *, resume: bool) -> Path | None:
    """Make the folder that --out names, if it was given.

    Raises:
        UsageError: --resume without it.
        UnwritableOutputError: nothing can be written there.
    """
    if resume and out is None:
        raise UsageError("--resume takes up the readings of an earlier run: give its folder with --out DIR.")
    return writable_folder(out) if out is not None else None


def write_report(report: Report, folder: Path, formats: Iterable[str]) -> list[Path]:
    """Write the report's charts, and the report in each format, into a folder that exists."""
    written = _write_charts(report, folder / "charts")
    for name in formats:
        output_format = load_format(name)
        path = folder / f"{REPORT_NAME}{output_format.suffix}"
        with atomic_writer(path) as file:
            file.write(output_format.render(report))
        written.append(path)
    return written


def _write_charts(report: Report, folder: Path) -> list[Path]:
    from membench.reports.charts.saving import write_charts  # noqa: PLC0415 - matplotlib, only where charts are drawn

    return write_charts(report, folder)


def announce(paths: Iterable[Path], *, to_stderr: bool) -> None:
    """Say what was written, charts by their folder."""
    seen = dict.fromkeys(path.parent / "*.png" if path.suffix in {".png", ".svg"} else path for path in paths)
    for path in seen:
        click.echo(f"wrote {path}", err=to_stderr)
