"""`membench promote`: accept the levels of a run into a baseline."""

import getpass
import os
from datetime import datetime
from pathlib import Path

import click

from membench.harness.errors import EXIT_OK, UsageError
from membench.harness.gate.baseline import promote, too_few
from membench.harness.model import Change
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.store.files import writable_folder
from membench.harness.store.results import read_results, write_results_file
from membench.harness.units import format_bytes, format_shift
from membench.reports import wording

_FILE = click.Path(path_type=Path, dir_okay=False)
LONGEST_REASON = 10_000


@click.command(name="promote")
@click.argument("results", type=_FILE)
@click.option("--baseline", "file", type=_FILE, required=True, help="The baseline; it is made if it is not there.")
@click.option("--reason", required=True, metavar="TEXT", help="Why the new level is accepted; kept in its history.")
@click.option("--by", metavar="NAME", help="Who accepts it.  [default: GITHUB_ACTOR, or the user's name]")
def command(results: Path, file: Path, reason: str, by: str | None) -> int:
    """Accept the levels of a run into a baseline.

    RESULTS is a results.json. Its samples take the place of those that the baseline has of them; who accepted them,
    when and why is added to the baseline's history.

    \b
    membench promote out/results.json --baseline membench-baseline.json --reason "the cache is worth its 12 MiB"
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise UsageError(f"--reason takes 1 to {LONGEST_REASON:,} characters that say why the level is accepted.")
    baseline = read_results(file) if os.path.lexists(file) else None
    accepted = promote(
        read_results(results),
        baseline,
        reason=reason.strip(),
        by=(by or _user())[:200],
        at=datetime.now().astimezone(),
    )
    writable_folder(file.parent)
    write_results_file(accepted, file)
    for change in accepted.history[-1].changes:
        click.echo(_words(change))
    for name in too_few(accepted, Thresholds()):
        click.echo(
            f"! {wording.plain(name)} has too few repeats for how far they differ: a gate may not decide by it. "
            "Promote a run with more --repeats."
        )
    click.echo(f"wrote {file}")
    return EXIT_OK


def _words(change: Change) -> str:
    name = wording.plain(f"{change.scenario}/{change.variant} {change.meter}")
    if change.from_bytes is None:
        return f"{name}: {format_bytes(change.to_bytes)}, new"
    moved = format_shift(change.to_bytes - change.from_bytes)
    return f"{name}: {format_bytes(change.from_bytes)} to {format_bytes(change.to_bytes)}, {moved}"


def _user() -> str:
    try:
        return os.environ.get("GITHUB_ACTOR") or getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return "unknown"
