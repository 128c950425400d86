"""Measures commits with the gate's machinery: each checked out under a name of the same length, by one harness."""

import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from membench.harness.bisection.line import ListedCommit
from membench.harness.errors import MeasurementError
from membench.harness.gate.checkout import Commit, check_out, forget, install
from membench.harness.gate.measuring import Decide, Gating, Version
from membench.harness.gate.provenance import find_misplaced
from membench.harness.gate.verdicts import GateRow
from membench.harness.keys import Key, Side, WorkloadKey
from membench.harness.model import Sample, Workload
from membench.harness.runs.session import ObserverFor, Session
from membench.harness.suites.suite import Suite

Samples = Mapping[Key, Sample]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitMeter:
    """Measures the workloads of a suite at commits of its project."""

    suite: Suite
    session: Session
    workloads: Sequence[Workload]
    repository: Path
    inside: str  # the project's folder in it
    scratch: Path
    meter: str
    repeats: int
    most_repeats: int
    observer_for: ObserverFor

    def ends(self, good: ListedCommit, bad: ListedCommit, decide: Decide) -> Mapping[Side, Samples]:
        """Measure two commits side by side until they are told apart.

        Raises:
            MembenchError: one of them cannot be checked out or built, or its code is not what would run.
        """
        keys = [workload.key for workload in self.workloads]
        with self._placed(Side.BASE, good, keys) as base, self._placed(Side.HEAD, bad, keys) as head:
            return self._measured([base, head], decide)

    def one(self, commit: ListedCommit, keys: Collection[WorkloadKey], decide: Decide) -> Samples:
        """Measure some of the workloads at a commit until it is known on which side it stands.

        Raises:
            MembenchError: it cannot be checked out or built, or its code is not what would run.
        """
        with self._placed(Side.HEAD, commit, keys) as head:
            return self._measured([head], decide)[Side.HEAD]

    def with_causes(self, good: ListedCommit, bad: ListedCommit, row: GateRow) -> GateRow:
        """Name the lines that hold more in one commit than in another.

        Raises:
            MembenchError: one of them cannot be checked out or built.
        """
        keys = [row.key.workload]
        with self._placed(Side.BASE, good, keys) as base, self._placed(Side.HEAD, bad, keys) as head:
            return self._gating([base, head]).with_causes([row])[0]

    def _measured(self, versions: Sequence[Version], decide: Decide) -> Mapping[Side, Samples]:
        misplaced = find_misplaced(versions, self.repository)
        if misplaced:
            workload, reason = next(iter(misplaced.items()))
            raise MeasurementError(f"{workload}: {reason}")
        gating = self._gating(versions)
        gating.measure(decide, repeats=self.repeats, most_repeats=self.most_repeats)
        return gating.samples

    def _gating(self, versions: Sequence[Version]) -> Gating:
        return Gating(session=self.session, versions=versions, meters=[self.meter], observer_for=self.observer_for)

    @contextmanager
    def _placed(self, side: Side, listed: ListedCommit, keys: Collection[WorkloadKey]) -> Iterator[Version]:
        """Check a commit out, build it, and place the workloads on it, for the length of a `with`."""
        commit = Commit(ref=listed.short, hash=listed.hash, repository=self.repository, inside=self.inside)
        checkout, code, bytecode = (self.scratch / f"{side}{name}" for name in ("", "-code", "-bytecode"))
        try:
            check_out(commit, checkout)
            if self.suite.gate.install:
                install(self.suite.gate.install, checkout / self.inside)
            code.mkdir()
            chosen = [workload for workload in self.workloads if workload.key in keys]
            placed = self.suite.at(chosen, Path(os.path.normpath(checkout / self.inside)), code)
            yield Version(
                side=side,
                workloads=[_of_side(workload, side, bytecode) for workload in placed],
                roots=(str(code / "membench"), str(code), str(checkout)),
            )
        finally:
            forget(checkout)
            for folder in (code, bytecode):  # of this commit alone: bytecode is known by the second of its source
                shutil.rmtree(folder, ignore_errors=True)


def _of_side(workload: Workload, side: Side, bytecode: Path) -> Workload:
    """Place a workload on a side, without the bounds that its present version has."""
    environment = {**workload.environment, "PYTHONPYCACHEPREFIX": str(bytecode)}
    return replace(workload, side=side, environment=environment, budget_bytes=None)
