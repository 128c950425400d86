"""Measures base and head in turn until every comparison is decided, and finds what grew.

Both sides run in this harness and with the same workloads; only the folder that the code under test comes from differs,
by a name of the same length, so that not even the length of a path tells them apart.
"""

import linecache
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from membench.harness.gate.causes import Cause, find_causes, relative_to
from membench.harness.gate.verdicts import GateRow, Verdict
from membench.harness.keys import Key, Side, WorkloadKey
from membench.harness.model import CallSite, Reading, Sample, Workload
from membench.harness.runs.sampling import make_samples
from membench.harness.runs.session import ObserverFor, Session
from membench.harness.trial.adapters import COMMAND

CAUSE_METER = "memray"
MOST_ROWS_WITH_CAUSES = 6  # each takes two more trials, and the worst say what the others would

Decide = Callable[[Mapping[Side, Mapping[Key, Sample]]], Iterable[GateRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One of the two versions: its workloads, and the folders that its files are named relative to."""

    side: Side
    workloads: Sequence[Workload]  # each of this side
    roots: Sequence[str] = ()

    def samples(self, readings: Iterable[Reading]) -> dict[Key, Sample]:
        """Make samples of this side's readings."""
        own = [reading for reading in readings if reading.side is self.side]
        return {sample.key: sample for sample in make_samples(self.workloads, own)}


@dataclass(slots=True)
class Gating:
    """A gate under way: the readings so far of all sides."""

    session: Session
    versions: Sequence[Version]
    meters: Sequence[str]
    observer_for: ObserverFor
    _readings: list[Reading] = field(default_factory=list)
    _repeats_done: int = 0

    def measure(self, decide: Decide, *, repeats: int, most_repeats: int) -> list[GateRow]:
        """Measure every side in turn, and again what is not settled yet, until all is or the limit is reached.

        A change that few trials show is measured again as well: what is called a regression was seen twice.

        Raises:
            MembenchError: a process could not be started.
        """
        self._measure(None, repeats)
        rows = list(decide(self.samples))
        while self._repeats_done < most_repeats:
            unsettled = {row.key.workload for row in rows if not row.settled}
            if not unsettled:
                break
            self._measure(unsettled, min(repeats, most_repeats - self._repeats_done))
            rows = list(decide(self.samples))
        return rows

    def _measure(self, only: set[WorkloadKey] | None, repeats: int) -> None:
        workloads = [
            workload
            for workload in _in_turn([version.workloads for version in self.versions])
            if only is None or workload.key in only
        ]
        self._readings += self.session.read(
            workloads, self.meters, repeats, self.observer_for, first=self._repeats_done
        )
        self._repeats_done += repeats

    @property
    def samples(self) -> dict[Side, dict[Key, Sample]]:
        """The samples of each side so far."""
        return {version.side: version.samples(self._readings) for version in self.versions}

    def with_causes(self, rows: Sequence[GateRow]) -> list[GateRow]:
        """Name the call sites that grew, for the worst regressions: one memray trial of each side."""
        worst = sorted(
            (row for row in rows if row.verdict is Verdict.REGRESSION and row.shift),
            key=lambda row: -(row.shift.bytes if row.shift else 0),
        )
        chosen = list(dict.fromkeys(row.key.workload for row in worst))[:MOST_ROWS_WITH_CAUSES]
        found = {key: self._causes(key) for key in chosen}
        return [
            replace(row, causes=found.get(row.key.workload, ()))
            if row.verdict is Verdict.REGRESSION and row.shift
            else row
            for row in rows
        ]

    def _causes(self, key: WorkloadKey) -> tuple[Cause, ...]:
        versions = {version.side: version for version in self.versions}
        chosen = [
            workload
            for version in versions.values()
            for workload in version.workloads
            if workload.key == key and workload.adapter != COMMAND
        ]
        if len(chosen) < len(Side):
            return ()
        readings = self.session.read(chosen, [CAUSE_METER], 1, self.observer_for, first=self._repeats_done)
        sites = {
            side: relative_to(_sites(readings, side), version.roots)
            for side, version in versions.items()
            if version.roots
        }
        if not sites.get(Side.BASE) or not sites.get(Side.HEAD):
            return ()
        return find_causes(
            sites[Side.BASE],
            sites[Side.HEAD],
            base_line=_line_reader(versions[Side.BASE].roots),
            head_line=_line_reader(versions[Side.HEAD].roots),
        )


def _in_turn(sides: Sequence[Sequence[Workload]]) -> list[Workload]:
    """Put what belongs together side by side: a workload of the base, then the same one of the head."""
    groups: dict[WorkloadKey, list[Workload]] = {}
    for workloads in sides:
        for workload in workloads:
            groups.setdefault(workload.key, []).append(workload)
    return [workload for group in groups.values() for workload in group]


def _sites(readings: Iterable[Reading], side: Side) -> tuple[CallSite, ...]:
    return next((reading.call_sites for reading in readings if reading.side is side), ())


def _line_reader(roots: Sequence[str]) -> Callable[[str, int], str]:
    """Read lines of files that are named relative to one of the roots."""

    def line(file: str, number: int) -> str:
        # An absolute name stays what it is whatever stands before it.
        lines = (linecache.getline(str(Path(root) / file), number) for root in roots)
        return next(filter(None, lines), "")

    return line
