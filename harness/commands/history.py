"""`membench history`: show each workload's peak over stored runs, and where it changed."""

from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from membench.harness.commands.suite_choice import choose_suite
from membench.harness.commands.terminal import options
from membench.harness.commands.terminal.documents import print_json
from membench.harness.commands.terminal.progress import counted_of
from membench.harness.errors import EXIT_OK, UsageError
from membench.harness.history.reading import read_history
from membench.harness.history.series import DOCUMENT, Change, History, Series
from membench.harness.keys import Key
from membench.harness.model import Role
from membench.harness.store.files import atomic_writer, writable_folder, write_json
from membench.harness.store.schemas import validated
from membench.harness.units import format_bytes, format_shift
from membench.reports import wording
from membench.reports.page.history import render_history

STEM = "history"


@click.command(name="history")
@click.argument("target", metavar="DIR|INDEX")
@click.option("--branch", metavar="NAME", help="Put the runs in the order of this branch's commits.  [default: main]")
@options.out("Write history.html and .json there.")
@options.output_format(("console", "json", "html"))
def command(target: str, branch: str | None, out: Path | None, output_format: str) -> int:
    """Show each workload's peak over stored runs, and where it changed.

    DIR has a folder with a results.json, or a JSON file, for each run; INDEX is what membench index made of one. In a
    repository the runs stand in the order of the commits that they are of, whenever they were measured, and elsewhere
    in the order of their dates. Only runs of one class of machines are compared, and a machine that differs within its
    class is marked.

    A new level is marked once, and stays. At most one in twenty of all marks is expected to be false.

    \b
    membench run --out runs/$(git rev-parse --short HEAD)
    membench history runs --out out
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    if out is not None:
        _require_elsewhere(out, Path(target))
    with counted_of("reading runs") as progress:
        history = read_history(target, branch=branch, progress=progress)
    document = validated(history.document(), DOCUMENT)
    if output_format == "json":
        print_json(document)
    elif output_format == "html":
        click.echo(_page(history), nl=False)
    else:
        _print(history)
    if out is not None:
        writable_folder(out)
        write_json(document, out / f"{STEM}.json")
        with atomic_writer(out / f"{STEM}.html") as file:
            file.write(_page(history))
        for suffix in ("json", "html"):
            click.echo(f"wrote {out / f'{STEM}.{suffix}'}", err=output_format != "console")
    return EXIT_OK


def _require_elsewhere(out: Path, target: Path) -> None:
    """Refuse to write a document to where it would be read as a run the next time.

    Raises:
        UsageError: the folder for output is the one with the runs, or one for a run in it.
    """
    runs = target.resolve()
    if target.is_dir() and runs in (out.resolve(), out.resolve().parent):
        raise UsageError(
            f"{out} is where the runs are read from, and what is written there would be read as one. Name another "
            "folder with --out."
        )


def _page(history: History) -> str:
    return render_history(history, headline_of(history), _roles(history))


def _roles(history: History) -> dict[Key, Role]:
    """Ask the suite which part each workload plays in its story."""
    stories = choose_suite(None, measures=False).stories(history.newest)
    return {series.key: stories[series.scenario].role(series.variant) for series in history.series}


def headline_of(history: History) -> str:
    """Say in one sentence how many runs there are and what happened last."""
    runs, changes = history.runs, [(change, series) for series in history.series for change in series.changes]
    counted = f"{_counted(len(runs), 'run')} of {_counted(len(history.series), 'workload')}"
    if len(runs) == 1:
        return f"{counted}: there is nothing to compare yet."
    if not changes:
        return f"{counted}: no peak came to a new level."
    newest = max(change.run for change, _ in changes)
    last = max(((c, s) for c, s in changes if c.run == newest), key=lambda entry: abs(entry[0].shift_bytes))
    change, series = last
    return (
        f"{counted}, {_counted(len(changes), 'change')} of level; the last is "
        f"{series.scenario}, {series.variant}: {format_shift(change.shift_bytes)} at {runs[change.run].label}, "
        f"from {format_bytes(change.before_bytes)} to {format_bytes(change.after_bytes)}."
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _print(history: History) -> None:
    console = Console()
    console.print(Text(wording.plain(headline_of(history)), style="bold"))
    table = Table(box=None, pad_edge=False)
    for heading in ("scenario", "variant", "meter"):
        table.add_column(heading, overflow="fold")
    for heading in ("first", "newest"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("changes", overflow="fold")
    for series in history.series:
        table.add_row(*map(Text, _cells(history, series)))
    console.print(table)
    for warning in history.warnings:
        console.print(Text(f"! {wording.plain(warning)}"), soft_wrap=True)


def _cells(history: History, series: Series) -> Iterable[str]:
    first = series.peak_bytes[series.known[0]] if series.known else None
    names = (wording.plain(name) for name in (series.scenario, series.variant, series.meter))
    changes = (_words(history, change) for change in series.changes)
    return (*names, wording.size(first), wording.size(series.peak_bytes[-1]), ", ".join(changes) or "none")


def _words(history: History, change: Change) -> str:
    return f"{format_shift(change.shift_bytes)} at {wording.plain(history.runs[change.run].label)}"
