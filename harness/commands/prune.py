"""`membench prune`: delete stored runs that no rule keeps."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click

from membench.harness.commands.terminal import options
from membench.harness.commands.terminal.documents import print_json
from membench.harness.errors import EXIT_OK, UnwritableOutputError, UsageError
from membench.harness.history.index.database import Database
from membench.harness.history.index.reading import StoredRun, read_changes, read_runs
from membench.harness.history.reading import index_of, opened_index
from membench.harness.history.retention import Rules, dispensable
from membench.harness.runs.session import ARTIFACTS_FOLDER
from membench.harness.store.readings import READINGS_FILE
from membench.harness.store.results import RESULTS_FILE

_COUNT = click.IntRange(1, 1_000_000)
# What membench itself writes into the folder of a run; anything else in it is not ours to delete.
_WRITTEN = (READINGS_FILE, "report.md", "report.html")
_FOLDERS = (ARTIFACTS_FOLDER, "charts")


@click.command(name="prune")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--keep-last", type=_COUNT, metavar="N", help="Keep the newest N runs of each class of machines.")
@click.option("--keep-days", type=_COUNT, metavar="DAYS", help="Keep runs that were measured in the last so many days.")
@click.option("--keep-every", type=_COUNT, metavar="K", help="Keep one run of each K commits.")
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@options.output_format()
def command(
    folder: Path,
    keep_last: int | None,
    keep_days: int | None,
    keep_every: int | None,
    *,
    dry_run: bool,
    output_format: str,
) -> int:
    """Delete stored runs that no rule keeps.

    A run that any of the rules keeps stays. In any case these stay: baselines, which hold promoted levels; the first
    run of each class of machines; and of each change of level the run before it, the one that begins it and the one
    that showed it. Of a run's folder only what membench wrote is deleted.

    \b
    membench prune runs --keep-last 100 --keep-every 10 --dry-run
    membench prune runs --keep-days 90 --keep-every 20
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    rules = Rules(newest=keep_last, days=keep_days, every=keep_every)
    if rules == Rules():
        raise UsageError("prune needs a rule of what to keep: --keep-last N, --keep-days DAYS or --keep-every K.")
    with opened_index(folder) as database:
        runs = read_runs(database)
        gone = dispensable(runs, rules, kept=_kept(database, runs), now=datetime.now(UTC))
        paths = _paths(database, gone)
    if not dry_run:
        for path in paths:
            _delete(folder / path)
        if index_of(folder).is_file():
            with opened_index(folder):
                pass  # brought up to date
    if output_format == "json":
        print_json({"dry_run": dry_run, "kept": len(runs) - len(gone), "deleted": paths})
        return EXIT_OK
    for path in paths:
        click.echo(f"{'would delete' if dry_run else 'deleted'} {folder / path}")
    click.echo(
        f"{len(gone)} of {len(runs)} runs {'would go' if dry_run else 'are gone'}, {len(runs) - len(gone)} stay."
    )
    return EXIT_OK


def _kept(database: Database, runs: Sequence[StoredRun]) -> set[int]:
    """Find the runs without which a change of level could not be shown."""
    stays: set[int] = set()
    for class_id in {run.class_id for run in runs}:
        own = [run.id for run in runs if run.class_id == class_id and not run.branch]
        place = {run_id: number for number, run_id in enumerate(own)}
        stays |= set(own[:1])
        for changes in read_changes(database).values():
            for change in changes:
                if change.run_id in place:
                    stays |= {change.run_id, change.found_run_id, own[max(place[change.run_id] - 1, 0)]}
    return stays


def _paths(database: Database, runs: Sequence[StoredRun]) -> list[str]:
    """Name every file that has one of these runs; a copy left behind would bring it back."""
    query = "SELECT d.path FROM documents d JOIN runs r ON r.digest = d.digest WHERE r.id = ? ORDER BY d.path"
    return [path for run in runs for (path,) in database.rows(query, (run.id,))]


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
        if path.name == RESULTS_FILE:
            for name in _WRITTEN:
                (path.parent / name).unlink(missing_ok=True)
            for name in _FOLDERS:
                shutil.rmtree(path.parent / name, ignore_errors=True)
            with suppress(OSError):
                path.parent.rmdir()  # stays where something of somebody else's is in it
    except OSError as error:
        raise UnwritableOutputError(f"Cannot delete {path}: {error.strerror}.") from error
