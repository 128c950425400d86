"""Measures base and head in turn until every comparison is decided, and finds what grew.

Both sides run in this harness and with the same workloads; only the folder that the code under test comes from differs,
by a name of the same length, so that not even the length of a path tells them apart.
"""

import linecache
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from membench.harness.gate.causes import Cause, find_causes, relative_to
from membench.harness.gate.verdicts import GateRow, Verdict
from membench.harness.keys import Key, Side, WorkloadKey
from membench.harness.model import CallSite, Reading, Sample, Workload
from membench.harness.runs.sampling import make_samples
from membench.harness.runs.session import ObserverFor, Session
from membench.harness.trial.adapters import COMMAND
from membench.harness.trial.fixed_paths import FixedPaths

CAUSE_METER = "memray"
CAPTURE_METER = "call_paths"  # finds the same call sites, and leaves captures of whole call paths
MOST_ROWS_WITH_CAUSES = 6  # each takes two more trials, and the worst say what the others would

Decide = Callable[[Mapping[Side, Mapping[Key, Sample]]], Iterable[GateRow]]


class Keeper(Protocol):
    """Keeps the captures of one workload's two sides, where they outlive the checkouts."""

    folder: Path

    def keep(self, place: str, reading: Reading, roots: Sequence[str], links: Mapping[str, str]) -> None:
        """Keep what the trial of one side has left in the folder."""
        ...


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
    keeper: Keeper | None = None
    keep_always: bool = False  # also where nothing has regressed
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
        """Name the call sites that grew, for the worst regressions: one memray trial of each side.

        The captures of the worst that is Python are kept where there is a keeper.
        """
        worst = sorted(
            (row for row in rows if row.verdict is Verdict.REGRESSION and row.shift),
            key=lambda row: -(row.shift.bytes if row.shift else 0),
        )
        chosen = list(dict.fromkeys(row.key.workload for row in worst))[:MOST_ROWS_WITH_CAUSES]
        kept = self._to_keep(chosen, rows)
        found = {key: self._causes(key, keep=key == kept) for key in chosen}
        if kept is not None and kept not in found:
            self._causes(kept, keep=True)
        return [
            replace(row, causes=found.get(row.key.workload, ()))
            if row.verdict is Verdict.REGRESSION and row.shift
            else row
            for row in rows
        ]

    def _to_keep(self, regressed: Sequence[WorkloadKey], rows: Sequence[GateRow]) -> WorkloadKey | None:
        if self.keeper is None:
            return None
        others = sorted((row for row in rows if row.shift), key=lambda row: -(row.shift.bytes if row.shift else 0))
        candidates = [*regressed, *(row.key.workload for row in others if self.keep_always)]
        return next((key for key in candidates if len(self._python_of(key)) == len(Side)), None)

    def _python_of(self, key: WorkloadKey) -> list[Workload]:
        """Give both sides of a workload; fewer where it is a command or one side lacks it."""
        return [
            workload
            for version in self.versions
            for workload in version.workloads
            if workload.key == key and workload.adapter != COMMAND
        ]

    def _causes(self, key: WorkloadKey, *, keep: bool) -> tuple[Cause, ...]:
        versions = {version.side: version for version in self.versions}
        chosen = self._python_of(key)
        if len(chosen) < len(Side):
            return ()
        readings = self._read_kept(chosen) if keep else self._read_once(self.session, chosen, CAUSE_METER)
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

    def _read_once(self, session: Session, workloads: Sequence[Workload], meter: str) -> list[Reading]:
        return session.read(workloads, [meter], 1, self.observer_for, first=self._repeats_done)

    def _read_kept(self, workloads: Sequence[Workload]) -> list[Reading]:
        scratch = self.session.isolation.scratch
        assert self.keeper is not None
        assert scratch is not None, "a gate measures in a folder of its own"
        paths = FixedPaths(scratch)
        isolation = replace(self.session.isolation, artifacts=self.keeper.folder, paths=paths)
        readings = self._read_once(replace(self.session, isolation=isolation), workloads, CAPTURE_METER)
        roots = {version.side: version.roots for version in self.versions}
        for reading in readings:
            if reading.side is not None:
                self.keeper.keep(str(reading.side), reading, roots[reading.side], paths.targets)
        return readings


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
