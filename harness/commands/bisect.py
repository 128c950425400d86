"""`membench bisect`: find the commit that raised the peak."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from membench.harness.commands.suite_choice import Selection, selection_options
from membench.harness.commands.terminal import options, tables
from membench.harness.commands.terminal.documents import print_json
from membench.harness.commands.terminal.output import folder_to_keep
from membench.harness.commands.terminal.progress import progress_of
from membench.harness.errors import EXIT_OK
from membench.harness.gate.calibration import noise_floor
from membench.harness.gate.checkout import find_commit, forget, forget_killed
from membench.harness.kernel.scratch import held_scratch
from membench.harness.keys import Key, Side
from membench.harness.meters import meter_file
from membench.harness.runs.session import Session
from membench.harness.store.files import write_json
from membench.harness.store.readings import Origin
from membench.harness.units import parse_size

if TYPE_CHECKING:
    from membench.harness.bisection.finding import Finding
    from membench.harness.suites.suite import Suite

PREFIX = "membench-bisect-"
DEFAULT_METER = "peak_rss"
REPEATS = 3
MOST_REPEATS = 12
DOCUMENT_FILE = "bisect.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    good: str
    bad: str
    paths: Sequence[str]
    selection: Selection
    meter: str
    smallest_bytes: int | None
    repeats: int
    most_repeats: int
    timeout: float
    folder: Path | None
    resume: bool


@click.command(name="bisect")
@click.argument("good")
@click.argument("bad", default="HEAD")
@click.argument("paths", nargs=-1)
@selection_options
@click.option("--meter", default=DEFAULT_METER, show_default=True, metavar="M", help="Instrument.")
@click.option(
    "--absolute", metavar="SIZE", help="Smallest rise to look for.  [default: what unchanged trials differ by]"
)
@options.repeats(REPEATS, most=1000, text="Trials of each commit at first.")
@options.count(
    "--max-repeats",
    "most_repeats",
    default=MOST_REPEATS,
    most=1000,
    text="Trials of each commit at most, where fewer do not decide.",
)
@options.timeout()
@options.out("Keep what is measured of each commit there, and the document.")
@options.resume()
@options.output_format(tables.FORMATS)
def command(
    good: str,
    bad: str,
    paths: Sequence[str],
    selection: Selection,
    meter: str,
    absolute: str | None,
    repeats: int,
    most_repeats: int,
    timeout: float,
    out: Path | None,
    resume: bool,
    output_format: str,
) -> int:
    """Find the commit that raised the peak.

    GOOD is a commit before the rise and BAD one that has it. Both are measured first, side by side, then about log2 of
    the commits between them: those on the line of first parents that touch PATHS, as git bisect has it. Each is checked
    out into a scratch folder and measured with the workloads as they are defined now. A commit that cannot be built or
    run is skipped. Several workloads are narrowed down in one walk.

    \b
    membench bisect v1.4 HEAD
    membench bisect v1.4 HEAD --out out/bisect            Ctrl-C, and the same with --resume
    membench bisect --scenario import-orders HEAD~200 HEAD -- src requirements.txt
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    meter_file(meter)
    request = _Request(
        good=good,
        bad=bad,
        paths=paths,
        selection=selection,
        meter=meter,
        smallest_bytes=parse_size(absolute) if absolute is not None else None,
        repeats=repeats,
        most_repeats=max(repeats, most_repeats),
        timeout=timeout,
        folder=folder_to_keep(out, resume=resume),
        resume=resume,
    )
    with selection.suite() as suite:
        finding = _find(suite, request)
    _show(finding, request.folder, output_format)
    return EXIT_OK


def _find(suite: "Suite", request: _Request) -> "Finding":
    from membench.harness.bisection.bisecting import Bisection  # noqa: PLC0415 - not for --help
    from membench.harness.bisection.keeping import Keeper  # noqa: PLC0415 - as above
    from membench.harness.bisection.line import commits_between  # noqa: PLC0415 - as above
    from membench.harness.bisection.measuring import CommitMeter  # noqa: PLC0415 - as above

    defined = request.selection.workloads(suite)
    commits = commits_between(Path.cwd(), request.good, request.bad, request.paths)
    head = find_commit(Path.cwd(), request.bad)
    workloads = suite.prepare(defined)
    with held_scratch(PREFIX, _forget_checkouts) as scratch:
        forget_killed(head.repository, PREFIX)
        trials = scratch / "trials"
        trials.mkdir()
        session = Session.begin(suite.settings, time_limit_seconds=request.timeout, jobs=1, scratch=trials)
        keeper = Keeper(
            session=session,
            origin=Origin.of(defined, fingerprint=session.environment.fingerprint),
            install=suite.gate.install,
            folder=request.folder,
        )
        keeper.begin(resume=request.resume)
        smallest = request.smallest_bytes
        meter = CommitMeter(
            suite=suite,
            session=session,
            workloads=workloads,
            repository=head.repository,
            inside=head.inside,
            scratch=scratch,
            meter=request.meter,
            repeats=request.repeats,
            most_repeats=request.most_repeats,
            observer_for=progress_of,
        )
        return Bisection(
            commits=commits,
            meter=meter,
            keeper=keeper,
            keys=[Key(*workload.key, request.meter) for workload in workloads],
            smallest_bytes=noise_floor(session, progress_of) if smallest is None else smallest,
            say=_say,
        ).find()


def _forget_checkouts(scratch: Path) -> None:
    for side in Side:
        forget(scratch / side)


def _say(text: str) -> None:
    from membench.reports import wording  # noqa: PLC0415 - not for --help

    if sys.stderr.isatty():
        click.echo(wording.plain(text), err=True)


def _show(finding: "Finding", folder: Path | None, output_format: str) -> None:
    from membench.harness.bisection.document import bisection_document  # noqa: PLC0415 - not for --help
    from membench.reports.tables.bisection import bisection_tables  # noqa: PLC0415 - as above

    document = bisection_document(finding)
    if folder is not None:
        write_json(document, folder / DOCUMENT_FILE)
    if output_format == "json":
        print_json(document)
    else:
        tables.show_tables(bisection_tables(document), output_format)
