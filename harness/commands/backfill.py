"""`membench backfill`: measure commits of the past, first a few, then where something changed."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from membench.harness.commands.suite_choice import SUITES, choose_suite
from membench.harness.commands.terminal import options
from membench.harness.commands.terminal.documents import print_json
from membench.harness.commands.terminal.progress import progress_of
from membench.harness.errors import EXIT_OK, MeasurementError, UsageError
from membench.harness.gate.checkout import Commit, check_out, find_commit, forget, forget_killed, install
from membench.harness.gate.judging import judge_all
from membench.harness.gate.verdicts import Verdict
from membench.harness.history.backfill import first_pass, next_between
from membench.harness.history.index.reading import read_classes, read_runs
from membench.harness.history.machine_class import class_of
from membench.harness.history.reading import opened_index
from membench.harness.kernel.scratch import held_scratch
from membench.harness.meters import meter_file
from membench.harness.model import Results, Workload
from membench.harness.runs.git import run_git
from membench.harness.runs.session import Session
from membench.harness.store.files import writable_folder
from membench.harness.store.results import read_results, write_results
from membench.harness.suites.suite import Suite

PREFIX = "membench-backfill-"
_CHECKOUT = "head"  # every commit under one name: the length of a path is part of a peak
_DEFAULT_METER = "peak_rss"
_SHORT = 12


@dataclass(slots=True)
class _Backfill:
    """Commits, and the documents of those that are measured."""

    suite: Suite
    commits: list[str]
    workloads: Sequence[Workload]
    meters: Sequence[str]
    repeats: int
    timeout: float
    project: Commit  # any commit of it: where its repository is, and the project in it
    out: Path
    documents: dict[str, Path]
    measured: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    def measure(self, commit: str) -> None:
        """Measure one commit and store its run; what cannot be installed is skipped with its reason."""
        click.echo(f"membench: measuring {commit[:_SHORT]} {_subject(self.project.repository, commit)}", err=True)
        try:
            results = self._measured(replace(self.project, hash=commit, ref=commit[:_SHORT]))
        except MeasurementError as error:
            self.skipped[commit] = str(error)
            self.commits.remove(commit)
            click.echo(f"membench: {commit[:_SHORT]} is skipped: {error}", err=True)
            return
        folder = writable_folder(self.out / commit[:_SHORT])
        self.documents[commit] = write_results(replace(results, revision=commit[:_SHORT]), folder)
        self.measured.append(commit)

    def _measured(self, commit: Commit) -> Results:
        with held_scratch(PREFIX, lambda folder: forget(folder / _CHECKOUT)) as scratch:
            for name in ("trials", "code"):
                (scratch / name).mkdir()
            check_out(commit, scratch / _CHECKOUT)
            if self.suite.gate.install:
                install(self.suite.gate.install, scratch / _CHECKOUT / commit.inside)
            inside = Path(os.path.normpath(scratch / _CHECKOUT / commit.inside))
            placed = self.suite.at(self.workloads, inside, scratch / "code")
            cache = {"PYTHONPYCACHEPREFIX": str(scratch / "bytecode")}
            workloads = [replace(one, environment={**one.environment, **cache}) for one in placed]
            session = Session.begin(
                self.suite.settings, time_limit_seconds=self.timeout, jobs=1, scratch=scratch / "trials"
            )
            results = session.measure(workloads, self.meters, self.repeats, progress_of)
            shutil.rmtree(scratch / "trials", ignore_errors=True)
        return results

    def differ(self, older: str, newer: str) -> bool:
        """Tell whether any workload moved by more than the gate allows, or began or ceased to run.

        Where the trials do not decide, it is what they look like: a closer look costs no wrong verdict here.
        """
        base, head = (read_results(self.documents[commit]) for commit in (older, newer))
        thresholds = replace(self.suite.gate.thresholds, slope_bytes=None)
        rows = judge_all(
            {sample.key: sample for sample in base.samples},
            {sample.key: sample for sample in head.samples},
            thresholds,
            against=older[:_SHORT],
        )
        return any(
            row.verdict in {Verdict.REGRESSION, Verdict.IMPROVEMENT, Verdict.FAILED}
            or (
                row.verdict is Verdict.INCONCLUSIVE
                and row.shift is not None
                and abs(row.shift.bytes) > thresholds.allowed(row.base_bytes or 0)
            )
            for row in rows
        )


@click.command(name="backfill")
@click.argument("commits", metavar="RANGE")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", required=True,
              help="The folder of the stored runs; each commit gets a folder of its own there.")  # fmt: skip
@options.count("--every", default=8, most=10_000, text="Measure one commit of each so many at first.")
@click.option("--limit", type=click.IntRange(1, 10_000), metavar="N", help="Measure at most so many commits.")
@click.option("--suite", "suite_name", type=click.Choice(SUITES), help="Where the workloads come from.")
@click.option("--scenario", "scenarios", multiple=True, metavar="S", help="Only this scenario; may be given again.")
@click.option("--variant", "variants", multiple=True, metavar="V", help="Only this variant; may be given again.")
@click.option("--meter", "meters", multiple=True, metavar="M", help=f"Instrument.  [default: {_DEFAULT_METER}]")
@options.repeats(3)
@options.timeout()
@options.machine()
@options.output_format()
def command(
    commits: str,
    out: Path,
    every: int,
    limit: int | None,
    suite_name: str | None,
    scenarios: Sequence[str],
    variants: Sequence[str],
    meters: Sequence[str],
    repeats: int,
    timeout: float,
    output_format: str,
) -> int:
    """Measure commits of the past, first a few, then where something changed.

    RANGE is one of git's, such as v1.0..main; its first-parent commits count. One commit of each --every is measured,
    and both ends. Then, between each two neighbours whose peaks differ by more than the gate allows, the commit in the
    middle, until each change lies between two commits that follow each other. What DIR has a run of, on this class of
    machines, is not measured again: an interrupted backfill goes on where it was.

    All commits are measured with the workloads as they are defined now. Changes that undo each other within one stretch
    are not seen: a smaller --every sees more.

    \b
    membench backfill v1.0..main --every 16 --out runs
    membench history runs
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    suite = choose_suite(suite_name)
    chosen = tuple(dict.fromkeys(meters or (_DEFAULT_METER,)))
    for meter in chosen:
        meter_file(meter)
    project = find_commit(Path.cwd(), "HEAD")
    listed = _listed(project.repository, commits)
    forget_killed(project.repository, PREFIX)
    under_way = _Backfill(
        suite=suite,
        commits=listed,
        workloads=suite.prepare(suite.workloads(scenarios, variants)),
        meters=chosen,
        repeats=repeats,
        timeout=timeout,
        project=project,
        out=writable_folder(out),
        documents=_stored(out, suite, set(listed)),
    )
    known = len(under_way.documents)
    left = _run(under_way, every, limit)
    _show(under_way, total=len(listed) + len(under_way.skipped), known=known, left=left, output_format=output_format)
    return EXIT_OK


def _run(under_way: _Backfill, every: int, limit: int | None) -> bool:
    """Measure until nothing is left to find; tell whether the limit came first."""
    tries = 0
    first = first_pass(under_way.commits, every, under_way.documents)
    while True:
        following = first.pop(0) if first else next_between(under_way.commits, under_way.documents, under_way.differ)
        if following is None:
            return False
        if tries == limit:
            return True
        under_way.measure(following)
        tries += 1


def _listed(repository: Path, commits: str) -> list[str]:
    done = run_git(repository, "rev-list", "--first-parent", "--reverse", "--end-of-options", commits, "--")
    if done.returncode != 0 or not done.stdout.split():
        reason = done.stderr.strip().partition("\n")[0] or "it has no commits"
        raise UsageError(f"{commits!r} is no range of commits here: {reason}. Give one such as HEAD~64..HEAD.")
    return done.stdout.split()


def _stored(out: Path, suite: Suite, commits: set[str]) -> dict[str, Path]:
    """Find the runs of these commits that were measured on a machine of this class."""
    session = Session.begin(suite.settings, time_limit_seconds=1, jobs=1)
    wanted = class_of(session.environment).key
    with opened_index(out) as database:
        classes = {number for number, one in read_classes(database).items() if one.key == wanted}
        runs = [run for run in read_runs(database) if run.class_id in classes and not run.revision.endswith("-dirty")]
    return {run.commit: out / run.path for run in runs if run.commit in commits}


def _subject(repository: Path, commit: str) -> str:
    return run_git(repository, "log", "-1", "--format=%s", commit).stdout.strip()[:80]


def _show(under_way: _Backfill, *, total: int, known: int, left: bool, output_format: str) -> None:
    documents = under_way.documents
    known_commits = [commit for commit in under_way.commits if commit in documents]
    changes = [
        {"commit": newer, "subject": _subject(under_way.project.repository, newer)}
        for older, newer in zip(under_way.commits, under_way.commits[1:], strict=False)
        if older in documents and newer in documents and under_way.differ(older, newer)
    ]
    if output_format == "json":
        print_json(
            {
                "commits": total,
                "measured": under_way.measured,
                "known": known,
                "skipped": under_way.skipped,
                "changes": changes,
                "complete": not left,
            }
        )
        return
    click.echo(
        f"{len(under_way.measured)} of {total} commits measured, {known} were there; "
        f"{len(changes)} changes are pinned to a commit."
    )
    for change in changes:
        click.echo(f"  {change['commit'][:_SHORT]} {change['subject']}")
    if left:
        click.echo("! the limit was reached: run it again to go on")
    if len(known_commits) < 2:  # noqa: PLR2004 - two to compare
        click.echo("! fewer than two commits could be measured, so nothing was compared")
    click.echo(f"See them with: membench history {under_way.out}")
