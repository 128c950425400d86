"""`membench gate`: decide whether a change may go in by its peak memory."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from membench.harness.commands.suite_choice import Selection, selection_options
from membench.harness.commands.terminal import options
from membench.harness.commands.terminal.progress import progress_of
from membench.harness.commands.terminal.verdicts import FORMATS, show_judgement
from membench.harness.errors import EXIT_OK, EXIT_REGRESSION, EXIT_TRIAL_FAILED, UsageError
from membench.harness.explain.captures import MOST_KEPT_BYTES
from membench.harness.explain.keeping import CaptureKeeper
from membench.harness.gate.against_commit import judge_measured
from membench.harness.gate.request import GateRequest
from membench.harness.gate.stored import judge_stored
from membench.harness.gate.verdicts import Verdict
from membench.harness.history.latest import LATEST, latest_branch, latest_results
from membench.harness.meters import meter_file
from membench.harness.model import Results
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.store.files import writable_folder
from membench.harness.store.results import read_results
from membench.harness.suites.configuration import GateSettings
from membench.harness.units import MIB, parse_share, parse_size

DEFAULT_METER = "peak_rss"
MOST_REPEATS = 12
DEFAULT_HISTORY = "runs"
CAPTURES = "captures"
MOST_UNASKED_BYTES = 32 * MIB  # of one side's captures: jobs upload the whole folder, and some may upload 100 MB
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="gate")
@click.argument("head", type=_FILE, required=False)
@click.option("--against", "ref", metavar="GIT_REF", help="Measure this commit too, in turn with the working folder.")
@click.option(
    "--merge-base/--no-merge-base",
    "at_merge_base",
    default=True,
    show_default=True,
    help="Compare with the commit where the branch left GIT_REF, not with what GIT_REF has become since.",
)
@click.option(
    "--baseline",
    metavar="FILE|latest:BRANCH",
    help="Compare with the levels in this results document, or with the newest runs of a branch in --history.",
)
@click.option("--history", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="The folder of stored runs that latest:BRANCH is looked up in.  [default: runs]")  # fmt: skip
@selection_options
@click.option("--meter", "meters", multiple=True, metavar="M", help=f"Instrument.  [default: {DEFAULT_METER}]")
@click.option("--relative", metavar="PERCENT", help="Rise that is allowed, such as '1 %'.  [default: 1 %]")
@click.option("--absolute", metavar="SIZE", help="Rise that is allowed; both must be exceeded.  [default: 256 KiB]")
@click.option("--removed", multiple=True, metavar="NAME", help="Workload that the head may lack; may be given again.")
@click.option("--repeats", type=click.IntRange(1, 1000), metavar="N", help="Trials of each at first.  [default: 3]")
@options.count(
    "--max-repeats",
    "most_repeats",
    default=MOST_REPEATS,
    most=1000,
    text="Trials of each at most, where fewer do not decide.",
)
@options.jobs(2)
@options.timeout()
@click.option("--allow-environment-change", is_flag=True, help="Compare with a baseline from another environment.")
@click.option("--strict", is_flag=True, help="End with 1 also where a row could not be decided.")
@options.out("Keep results and reports there.")
@click.option("--keep-captures", is_flag=True, help="Keep captures in --out for membench explain, regression or not.")
@options.machine()
@options.output_format(FORMATS)
def command(
    head: Path | None,
    ref: str | None,
    at_merge_base: bool,
    baseline: str | None,
    history: Path | None,
    selection: Selection,
    meters: Sequence[str],
    relative: str | None,
    absolute: str | None,
    removed: Sequence[str],
    repeats: int | None,
    most_repeats: int,
    jobs: int,
    timeout: float,
    allow_environment_change: bool,
    strict: bool,
    out: Path | None,
    keep_captures: bool,
    output_format: str,
) -> int:
    """Decide whether a change may go in by its peak memory.

    With --against, the commit is checked out into a scratch folder and measured in turn with the working folder,
    both by the same harness and with the workloads as they are defined now. With --baseline, stored levels bound what
    many small rises add up to. Both may be given. HEAD, a stored results.json, is compared instead of measuring.

    \b
    membench gate --against HEAD~1
    membench gate --against origin/main --baseline membench-baseline.json --out out/gate
    membench gate out/results.json --baseline membench-baseline.json --format junit
    membench gate --baseline latest:main --history runs

    A row is a regression where the whole interval of its rise lies above both thresholds, or a budget is exceeded.
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    if ref is None and baseline is None:
        raise UsageError("A gate compares with something: give --against GIT_REF, --baseline FILE, or both.")
    if head is not None and ref is not None:
        raise UsageError("HEAD is a run that was stored, and --against measures. Give --baseline with it instead.")
    if head is not None and (selection.expression is not None or selection.tags):
        raise UsageError("HEAD is a run that was stored; -k and --tag are for measuring. Give --scenario or --variant.")
    if keep_captures and (out is None or ref is None):
        raise UsageError("--keep-captures needs --out DIR to keep them in, and --against GIT_REF to have both sides.")
    suite = click.get_current_context().with_resource(selection.suite())
    chosen_meters = tuple(dict.fromkeys(meters or (DEFAULT_METER,)))
    for meter in chosen_meters:
        meter_file(meter)
    first = repeats or suite.gate.repeats
    request = GateRequest(
        thresholds=_thresholds(suite.gate, relative, absolute),
        removed=(*suite.gate.removed, *removed),
        allow_environment_change=allow_environment_change,
        meters=chosen_meters,
        repeats=first,
        most_repeats=max(first, most_repeats),
        jobs=jobs,
        timeout=timeout,
        selected=selection.is_part,
        names=selection.names,
        at_merge_base=at_merge_base,
        keep_captures=keep_captures,
    )
    folder = writable_folder(out) if out is not None else None
    stored = _stored_levels(baseline, history, read_results(head) if head is not None else None)
    if head is not None:
        assert stored is not None
        results = read_results(head)
        judgement = judge_stored(results, stored, request, meters)
    else:
        workloads = suite.prepare(selection.workloads(suite))
        keeper = _keeper(folder / CAPTURES, asked_for=keep_captures) if folder is not None else None
        judgement, results = judge_measured(suite, workloads, ref, stored, request, progress_of, keeper)
        if keeper is not None:
            judgement = replace(judgement, warnings=(*judgement.warnings, *keeper.remarks))
    show_judgement(judgement, results, folder, output_format)
    return _exit_code(judgement.verdict, strict=strict)


def _stored_levels(baseline: str | None, history: Path | None, head: Results | None) -> Results | None:
    if baseline is None or not baseline.startswith(LATEST):
        return read_results(Path(baseline)) if baseline is not None else None
    branch = latest_branch(baseline)
    environment = head.environment if head is not None else None
    return latest_results(history or Path(DEFAULT_HISTORY), branch, environment)


def _thresholds(settings: GateSettings, relative: str | None, absolute: str | None) -> Thresholds:
    return Thresholds(
        relative=settings.thresholds.relative if relative is None else parse_share(relative),
        absolute_bytes=settings.thresholds.absolute_bytes if absolute is None else parse_size(absolute),
        slope_bytes=settings.thresholds.slope_bytes,
    )


def _keeper(folder: Path, *, asked_for: bool) -> CaptureKeeper:
    return CaptureKeeper(folder, MOST_KEPT_BYTES if asked_for else MOST_UNASKED_BYTES)


def _exit_code(verdict: Verdict, *, strict: bool) -> int:
    if verdict is Verdict.FAILED:
        return EXIT_TRIAL_FAILED
    if verdict in {Verdict.REGRESSION, Verdict.MISSING} or (strict and verdict is Verdict.INCONCLUSIVE):
        return EXIT_REGRESSION
    return EXIT_OK
