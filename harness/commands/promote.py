"""`membench promote`: accept the levels of a run into a baseline."""

import getpass
import os
from datetime import datetime
from pathlib import Path

import click

from membench.harness.errors import EXIT_OK, UsageError
from membench.harness.gate.baseline import promote, require_promotable, too_few
from membench.harness.gate.tightening import Kept, Stay, find_improved
from membench.harness.model import Change, Results
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.store.files import writable_folder
from membench.harness.store.results import read_results, write_results_file
from membench.harness.suites.configuration import read_configuration
from membench.harness.units import format_bytes, format_shift
from membench.reports import wording

_FILE = click.Path(path_type=Path, dir_okay=False)
LONGEST_REASON = 10_000
TIGHTENED = "tightened: the peak fell"


@click.command(name="promote")
@click.argument("results", type=_FILE)
@click.option("--baseline", "file", type=_FILE, required=True, help="The baseline; it is made if it is not there.")
@click.option("--reason", metavar="TEXT", help="Why the new level is accepted; kept in its history.")
@click.option("--tighten", is_flag=True, help="Only lower the levels that improved. Needs no --reason.")
@click.option("--by", metavar="NAME", help="Who accepts it.  [default: GITHUB_ACTOR, or the user's name]")
def command(results: Path, file: Path, reason: str | None, tighten: bool, by: str | None) -> int:
    """Accept the levels of a run into a baseline.

    RESULTS is a results.json. Its samples take the place of those that the baseline has of them; who accepted them,
    when and why is added to the baseline's history.

    \b
    membench promote out/results.json --baseline membench-baseline.json --reason "the cache is worth its 12 MiB"
    membench promote out/results.json --baseline membench-baseline.json --tighten

    With --tighten a level moves only where the run's peak fell by more than the gate's thresholds, and why each other
    level stays is said. No level rises, and none is added. Where none moves, the file is not written.
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    reason = _checked(reason, tighten=tighten)
    run = read_results(results)
    baseline = read_results(file) if os.path.lexists(file) else None
    if tighten:
        run, kept = _improved(run, baseline, file)
        for one in kept:
            click.echo(_stay(one))
        if not run.samples:
            click.echo(f"nothing to tighten: {file} stays as it is")
            return EXIT_OK
    accepted = promote(run, baseline, reason=reason, by=(by or _user())[:200], at=datetime.now().astimezone())
    writable_folder(file.parent)
    write_results_file(accepted, file)
    for change in accepted.history[-1].changes:
        click.echo(_change(change))
    for name in too_few(accepted, Thresholds()):
        click.echo(
            f"! {wording.plain(name)} has too few repeats for how far they differ: a gate may not decide by it. "
            "Promote a run with more --repeats."
        )
    click.echo(f"wrote {file}")
    return EXIT_OK


def _checked(reason: str | None, *, tighten: bool) -> str:
    if reason is None and tighten:
        return TIGHTENED
    if reason is None or not reason.strip() or len(reason) > LONGEST_REASON:
        raise UsageError(f"--reason takes 1 to {LONGEST_REASON:,} characters that say why the level is accepted.")
    return reason.strip()


def _improved(run: Results, baseline: Results | None, file: Path) -> tuple[Results, list[Kept]]:
    require_promotable(run)
    if baseline is None:
        raise UsageError(f"There is no {file} to tighten. Make it without --tighten, with --reason.")
    return find_improved(run, baseline, read_configuration(Path()).gate.thresholds)


def _stay(kept: Kept) -> str:
    name = wording.plain(f"{kept.key.workload} {kept.key.meter}")
    level, run = kept.level_bytes or 0, kept.run_bytes or 0
    stays = f"{name}: stays at {format_bytes(level)}"
    moved = f"this run has {format_bytes(run)}, {format_shift(run - level)}"
    texts = {
        Stay.NEW: f"{name}: not in the baseline, and not added ({format_bytes(run)}). Promote it with --reason.",
        Stay.NOT_RUN: f"{stays}: not in this run",
        Stay.ROSE: f"{stays}: it rose, {moved}",
        Stay.OPEN: f"{stays}: {moved}, and these trials do not decide. Run with more --repeats.",
        Stay.WITHIN: f"{stays}: {moved}, no fall by more than {format_bytes(round(kept.allowed_bytes))}",
    }
    return texts[kept.why]


def _change(change: Change) -> str:
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
