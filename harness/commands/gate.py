"""`membench gate`: decide whether a change may go in by its peak memory."""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from membench.harness.commands.suite_choice import Selection, selection_options
from membench.harness.commands.terminal import options
from membench.harness.commands.terminal.progress import progress_of
from membench.harness.commands.terminal.verdicts import FORMATS, show_judgement
from membench.harness.errors import EXIT_OK, EXIT_REGRESSION, EXIT_TRIAL_FAILED, UsageError
from membench.harness.gate.accepted import ACCEPTED_FILE, AcceptedRises, read_accepted
from membench.harness.gate.calibration import noise_floor
from membench.harness.gate.checkout import (
    Commit,
    check_out,
    find_commit,
    find_merge_base,
    forget,
    forget_killed,
    install,
    read_at,
)
from membench.harness.gate.judging import advise, judge_all
from membench.harness.gate.measuring import Gating, Version
from membench.harness.gate.provenance import find_misplaced
from membench.harness.gate.verdicts import GateRow, Judgement, Verdict, missing
from membench.harness.history.latest import LATEST, latest_branch, latest_results
from membench.harness.history.machine_class import class_differences
from membench.harness.kernel.scratch import held_scratch
from membench.harness.keys import Key, Side, WorkloadKey
from membench.harness.meters import meter_file
from membench.harness.model import Environment, Results, Sample, Workload
from membench.harness.runs.environment import differences
from membench.harness.runs.session import Session
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.store.files import writable_folder
from membench.harness.store.results import read_results
from membench.harness.suites.configuration import GateSettings
from membench.harness.suites.suite import Suite
from membench.harness.units import KIB, format_bytes, parse_share, parse_size

PREFIX = "membench-gate-"
THE_BASELINE = "the baseline"
DEFAULT_METER = "peak_rss"
MOST_REPEATS = 12
DEFAULT_HISTORY = "runs"
_FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the gate was asked for, whatever it compares with."""

    thresholds: Thresholds
    removed: tuple[str, ...]
    allow_environment_change: bool
    meters: tuple[str, ...]
    repeats: int
    most_repeats: int
    jobs: int
    timeout: float
    selection: Selection
    at_merge_base: bool

    @property
    def selected(self) -> bool:
        """Whether only some of the workloads were asked for."""
        return self.selection.is_part

    def stored(self, results: Results) -> dict[Key, Sample]:
        """Give those samples of a document that were asked for by name; all of them where none are named."""
        return {sample.key: sample for sample in results.samples if self.selection.names(sample.key.workload)}


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
    suite = click.get_current_context().with_resource(selection.suite())
    chosen_meters = tuple(dict.fromkeys(meters or (DEFAULT_METER,)))
    for meter in chosen_meters:
        meter_file(meter)
    first = repeats or suite.gate.repeats
    asked = _Asked(
        thresholds=_thresholds(suite.gate, relative, absolute),
        removed=(*suite.gate.removed, *removed),
        allow_environment_change=allow_environment_change,
        meters=chosen_meters,
        repeats=first,
        most_repeats=max(first, most_repeats),
        jobs=jobs,
        timeout=timeout,
        selection=selection,
        at_merge_base=at_merge_base,
    )
    folder = writable_folder(out) if out is not None else None
    stored = _stored_levels(baseline, history, read_results(head) if head is not None else None)
    if head is not None:
        assert stored is not None
        results = read_results(head)
        judgement = _judge_stored(results, stored, asked, meters)
    else:
        workloads = suite.prepare(selection.workloads(suite))
        judgement, results = _judge_measured(suite, workloads, ref, stored, asked)
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


def _judge_stored(head: Results, stored: Results, asked: _Asked, meters: Sequence[str]) -> Judgement:
    """Compare two documents; all meters count that they have, unless some were asked for.

    Raises:
        UsageError: the environments differ, or there is nothing to compare.
    """
    warnings = _environment_warnings(stored.environment, head.environment, asked)
    here, there = (
        {key: sample for key, sample in asked.stored(results).items() if not meters or sample.meter in meters}
        for results in (head, stored)
    )
    if not here and not there:
        raise UsageError("There is nothing to compare: neither document has a sample of what was asked for.")
    rows = judge_all(there, here, asked.thresholds, against=THE_BASELINE, removed=asked.removed)
    warnings += _slope_warnings(here, asked.thresholds)
    advised = tuple(advise(row, there, here) for row in rows)
    return Judgement(rows=advised, thresholds=asked.thresholds, warnings=tuple(warnings))


def _slope_warnings(head: Mapping[Key, Sample], thresholds: Thresholds) -> list[str]:
    """Say where a slope that is bounded cannot be judged; documents of older versions do not name parameters."""
    if thresholds.slope_bytes is None or any(sample.parameters for sample in head.values()):
        return []
    return ["The head's document names no parameters, so no slope was judged. Measure it again to have them."]


def _judge_measured(
    suite: Suite, workloads: Sequence[Workload], ref: str | None, stored: Results | None, asked: _Asked
) -> tuple[Judgement, Results]:
    commit = find_commit(Path.cwd(), ref) if ref is not None else None
    warnings: list[str] = []
    if commit is not None and asked.at_merge_base:
        commit, warnings = find_merge_base(commit)
    accepted = _accepted(commit)
    with held_scratch(PREFIX, lambda folder: forget(folder / Side.BASE)) as scratch:
        trials = scratch / "trials"
        trials.mkdir()
        session = Session.begin(suite.settings, time_limit_seconds=asked.timeout, jobs=asked.jobs, scratch=trials)
        warnings += _environment_warnings(stored.environment, session.environment, asked) if stored else []
        versions = _versions(suite, workloads, commit, scratch) if commit else [_head_alone(workloads)]
        misplaced = find_misplaced(versions, commit.repository) if commit else {}
        defined = suite.defined_in(scratch / Side.BASE / commit.inside) if commit else set()
        floor = noise_floor(session, progress_of)
        _require_above(floor, asked.thresholds)
        gating = Gating(session=session, versions=versions, meters=asked.meters, observer_for=progress_of)
        compared = _Compared(commit=commit, stored=stored, asked=asked, noise_bytes=floor, accepted=accepted)
        rows = gating.measure(compared.decide, repeats=asked.repeats, most_repeats=asked.most_repeats)
        rows = compared.advised(rows, gating.samples)
        if commit is not None:
            rows = [_proven(row, misplaced) for row in rows]
            rows = gating.with_causes(rows)
            warnings += _unseen(rows, defined)
            warnings += accepted.warnings(rows, known=None if asked.selected else {row.key for row in rows})
            if not asked.selected:
                rows += _undefined(suite, workloads, defined, commit, asked)
        results = session.results(list(gating.samples[Side.HEAD].values()))
    judgement = Judgement(
        rows=tuple(rows),
        thresholds=asked.thresholds,
        noise_floor_bytes=floor,
        warnings=tuple(warnings),
    )
    return judgement, results


def _proven(row: GateRow, misplaced: Mapping[WorkloadKey, str]) -> GateRow:
    """Fail a row of which a side ran other code than its checkout's: it would pass whatever the change does."""
    reason = misplaced.get(row.key.workload)
    return row if reason is None else replace(row, verdict=Verdict.FAILED, reason=reason)


def _accepted(commit: Commit | None) -> AcceptedRises:
    """Read what the change accepts; a stored baseline accepts nothing but what was promoted into it."""
    if commit is None:
        return AcceptedRises((), ())
    try:
        text = Path(ACCEPTED_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return AcceptedRises((), ())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{ACCEPTED_FILE} cannot be read: {error}.") from error
    head = read_accepted(text, ACCEPTED_FILE)
    try:
        base = read_accepted(read_at(commit, ACCEPTED_FILE), ACCEPTED_FILE)
    except UsageError:
        base = ()  # what could not be read then accepted nothing then
    return AcceptedRises(base, head)


def _environment_warnings(base: Environment, head: Environment, asked: _Asked) -> list[str]:
    """Compare what the figures depend on beside the program.

    Raises:
        UsageError: it differs, and that was not allowed.
    """
    found = differences(base, head)
    if not found:
        return []
    message = f"The baseline was measured elsewhere: {'; '.join(found)}"
    # Within a class of machines that was named, what else differs is shown and no reason to refuse.
    within = bool(base.machine_class) and not class_differences(base, head)
    if not asked.allow_environment_change and not within:
        raise UsageError(f"{message}. Measure a new one here, or give --allow-environment-change.")
    return [f"{message}. The shift is not the program's alone."]


def _require_above(floor: int, thresholds: Thresholds) -> None:
    if thresholds.absolute_bytes < floor:
        raise UsageError(
            f"A threshold of {format_bytes(thresholds.absolute_bytes)} lies below the noise of this machine: unchanged "
            f"trials differed by {format_bytes(floor)} just now. "
            f"Give --absolute '{math.ceil(floor / KIB)} KiB' or more."
        )


def _head_alone(workloads: Sequence[Workload]) -> Version:
    return Version(side=Side.HEAD, workloads=[replace(workload, side=Side.HEAD) for workload in workloads])


def _versions(suite: Suite, workloads: Sequence[Workload], commit: Commit, scratch: Path) -> list[Version]:
    """Make both versions of the project reachable under names of the same length."""
    forget_killed(commit.repository, PREFIX)
    check_out(commit, scratch / Side.BASE)
    (scratch / Side.HEAD).symlink_to(commit.repository)
    if suite.gate.install:
        install(suite.gate.install, scratch / Side.BASE / commit.inside)
    return [_version(side, suite, workloads, commit, scratch) for side in Side]


def _version(side: Side, suite: Suite, workloads: Sequence[Workload], commit: Commit, scratch: Path) -> Version:
    code = scratch / f"{side}-code"
    code.mkdir()
    placed = suite.at(workloads, Path(os.path.normpath(scratch / side / commit.inside)), code)
    # Bytecode of its own: what is cached in the project names its files by other paths.
    cache = {"PYTHONPYCACHEPREFIX": str(scratch / f"{side}-bytecode")}
    return Version(
        side=side,
        workloads=[replace(one, side=side, environment={**one.environment, **cache}) for one in placed],
        # The built-in pipelines are imported from a package; in their repository they lie at the top.
        roots=(str(code / "membench"), str(code), str(scratch / side)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """What the head is compared with."""

    commit: Commit | None
    stored: Results | None
    asked: _Asked
    noise_bytes: int
    accepted: AcceptedRises

    def decide(self, samples: Mapping[Side, Mapping[Key, Sample]]) -> list[GateRow]:
        """Judge what has been measured so far."""
        rows: list[GateRow] = []
        if self.commit is not None:
            rows += self._judge(samples[Side.BASE], samples[Side.HEAD], self.commit.label, self.accepted)
        if self.stored is not None:
            rows += self._judge(
                self._levels(samples[Side.HEAD]), samples[Side.HEAD], THE_BASELINE, AcceptedRises((), ())
            )
        return rows

    def _judge(
        self, base: Mapping[Key, Sample], head: Mapping[Key, Sample], against: str, accepted: AcceptedRises
    ) -> list[GateRow]:
        return judge_all(
            base,
            head,
            self.asked.thresholds,
            against=against,
            removed=self.asked.removed,
            noise_bytes=self.noise_bytes,
            accepted=accepted.of,
        )

    def advised(self, rows: Sequence[GateRow], samples: Mapping[Side, Mapping[Key, Sample]]) -> list[GateRow]:
        """Say of what is still undecided how many more repeats would decide."""
        levels = self._levels(samples[Side.HEAD]) if self.stored is not None else {}
        return [
            advise(
                row,
                levels if row.against == THE_BASELINE else samples[Side.BASE],
                samples[Side.HEAD],
                noise_bytes=self.noise_bytes,
            )
            for row in rows
        ]

    def _levels(self, head: Mapping[Key, Sample]) -> dict[Key, Sample]:
        """Take what the baseline has under these meters, of the workloads that were asked for."""
        assert self.stored is not None
        return {
            sample.key: sample
            for sample in self.stored.samples
            if sample.meter in self.asked.meters and (not self.asked.selected or sample.key in head)
        }


def _unseen(rows: Sequence[GateRow], defined: set[WorkloadKey]) -> list[str]:
    """Warn of workloads that the base has too and cannot run: where its checkout lacks something, all would pass."""
    new = [row for row in rows if row.verdict is Verdict.NEW and row.against != THE_BASELINE]
    names = [str(row.key.workload) for row in new if row.key.workload in defined]
    if not names:
        return []
    others = f" and {len(names) - 1} more" if len(names) > 1 else ""
    message = (
        f"The base defines {names[0]}{others} too and cannot run it here, so no rise can be seen. If its checkout "
        "lacks something (submodules, what is built), [tool.membench.gate] install names the command that brings it."
    )
    return [message]


def _undefined(
    suite: Suite, workloads: Sequence[Workload], defined: set[WorkloadKey], commit: Commit, asked: _Asked
) -> list[GateRow]:
    """Find workloads that the base defines and the head does not: a new name must be no way around the gate."""
    known = suite.defined_in(Path.cwd()) | {workload.key for workload in workloads}
    return [
        missing(Key(*workload, meter), commit.label)
        for workload in sorted(defined - known)
        for meter in asked.meters
        if not {workload.scenario, str(workload)} & set(asked.removed)
    ]


def _exit_code(verdict: Verdict, *, strict: bool) -> int:
    if verdict is Verdict.FAILED:
        return EXIT_TRIAL_FAILED
    if verdict in {Verdict.REGRESSION, Verdict.MISSING} or (strict and verdict is Verdict.INCONCLUSIVE):
        return EXIT_REGRESSION
    return EXIT_OK
