"""Judges the working folder by a commit that is measured in turn with it, by stored levels, or by both."""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from membench.harness.errors import UsageError
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
from membench.harness.gate.measuring import Gating, Keeper, Version
from membench.harness.gate.provenance import find_misplaced
from membench.harness.gate.request import THE_BASELINE, GateRequest, environment_warnings
from membench.harness.gate.verdicts import GateRow, Judgement, Verdict, missing
from membench.harness.kernel.scratch import held_scratch
from membench.harness.keys import Key, Side, WorkloadKey
from membench.harness.model import Results, Sample, Workload
from membench.harness.runs.session import ObserverFor, Session
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.suites.suite import Suite
from membench.harness.units import KIB, format_bytes

PREFIX = "membench-gate-"


def judge_measured(
    suite: Suite,
    workloads: Sequence[Workload],
    ref: str | None,
    stored: Results | None,
    request: GateRequest,
    observer_for: ObserverFor,
    keeper: Keeper | None = None,
) -> tuple[Judgement, Results]:
    """Measure the working folder, in turn with a commit where one is given, and judge it by that and by stored levels.

    Args:
        suite: where the workloads come from.
        workloads: those of the working folder, prepared.
        ref: the commit to measure too; None for none.
        stored: levels to compare with too; None for none.
        request: what is asked for.
        observer_for: makes who is told of each trial.
        keeper: keeps the captures of the worst regression; None where they are not wanted.

    Returns the judgement, and the results of the working folder.

    Raises:
        UsageError: there is no such commit, the environments differ, or a threshold lies below the noise.
        MembenchError: a process could not be started.
    """
    commit = find_commit(Path.cwd(), ref) if ref is not None else None
    warnings: list[str] = []
    if commit is not None and request.at_merge_base:
        commit, warnings = find_merge_base(commit)
    accepted = _accepted(commit)
    with held_scratch(PREFIX, lambda folder: forget(folder / Side.BASE)) as scratch:
        trials = scratch / "trials"
        trials.mkdir()
        session = Session.begin(suite.settings, time_limit_seconds=request.timeout, jobs=request.jobs, scratch=trials)
        warnings += environment_warnings(stored.environment, session.environment, request) if stored else []
        versions = _versions(suite, workloads, commit, scratch) if commit else [_head_alone(workloads)]
        misplaced = find_misplaced(versions, commit.repository) if commit else {}
        defined = suite.defined_in(scratch / Side.BASE / commit.inside) if commit else set()
        floor = noise_floor(session, observer_for)
        _require_above(floor, request.thresholds)
        gating = Gating(
            session=session,
            versions=versions,
            meters=request.meters,
            observer_for=observer_for,
            keeper=keeper,
            keep_always=request.keep_captures,
        )
        compared = _Compared(commit=commit, stored=stored, request=request, noise_bytes=floor, accepted=accepted)
        rows = gating.measure(compared.decide, repeats=request.repeats, most_repeats=request.most_repeats)
        rows = compared.advised(rows, gating.samples)
        if commit is not None:
            rows = [_proven(row, misplaced) for row in rows]
            rows = gating.with_causes(rows)
            warnings += _unseen(rows, defined)
            warnings += accepted.warnings(rows, known=None if request.selected else {row.key for row in rows})
            if not request.selected:
                rows += _undefined(suite, workloads, defined, commit, request)
        results = session.results(list(gating.samples[Side.HEAD].values()))
    judgement = Judgement(
        rows=tuple(rows),
        thresholds=request.thresholds,
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
    request: GateRequest
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
            self.request.thresholds,
            against=against,
            removed=self.request.removed,
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
            if sample.meter in self.request.meters and (not self.request.selected or sample.key in head)
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
    suite: Suite, workloads: Sequence[Workload], defined: set[WorkloadKey], commit: Commit, request: GateRequest
) -> list[GateRow]:
    """Find workloads that the base defines and the head does not: a new name must be no way around the gate."""
    known = suite.defined_in(Path.cwd()) | {workload.key for workload in workloads}
    return [
        missing(Key(*workload, meter), commit.label)
        for workload in sorted(defined - known)
        for meter in request.meters
        if not {workload.scenario, str(workload)} & set(request.removed)
    ]
