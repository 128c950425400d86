"""Measures base and head in turn until every comparison is decided, and finds what grew.

Both sides run in this harness and with the same workloads; only the folder that the code under test comes from differs,
by a name of the same length, so that not even the length of a path tells them apart.
"""

import linecache
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from membench.harness.gate.causes import Cause, find_causes, relative_to
from membench.harness.gate.verdicts import GateRow, Key, Verdict
from membench.harness.model import CallSite, Reading, Sample, Workload
from membench.harness.runs.sampling import make_samples
from membench.harness.runs.session import ObserverFor, Session
from membench.harness.trial.adapters import COMMAND

BASE, HEAD = "base", "head"
CAUSE_METER = "memray"
MOST_ROWS_WITH_CAUSES = 6  # each takes two more trials, and the worst say what the others would

Decide = Callable[[Mapping[str, Mapping[Key, Sample]]], Iterable[GateRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two versions: its workloads, and the folders that its files are named relative to."""

    name: str
    workloads: Sequence[Workload]
    roots: Sequence[str] = ()

    def named(self) -> list[Workload]:
        """Give the workloads under names that tell the sides apart while they are measured."""
        return [replace(workload, scenario=f"{self.name} {workload.scenario}") for workload in self.workloads]

    def samples(self, readings: Iterable[Reading]) -> dict[Key, Sample]:
        """Make samples of this side's readings, under the names without the side."""
        prefix = f"{self.name} "
        own = [reading for reading in readings if reading.scenario.startswith(prefix)]
        made = make_samples(self.named(), own)
        plain = [replace(sample, scenario=sample.scenario.removeprefix(prefix)) for sample in made]
        return {sample.key: sample for sample in plain}


@dataclass(slots=True)
class Gating:
    """A gate under way: the readings so far of all sides."""

    session: Session
    sides: Sequence[Side]
    meters: Sequence[str]
    observer_for: ObserverFor
    _readings: list[Reading] = field(default_factory=list)
    _rounds: int = 0

    def measure(self, decide: Decide, *, repeats: int, most_repeats: int) -> list[GateRow]:
        """Measure every side in turn, and again what is not decided yet, until all is or the limit is reached.

        Raises:
            MembenchError: a process could not be started.
        """
        self._measure(None, repeats)
        rows = list(decide(self.samples))
        while self._rounds < most_repeats:
            undecided = {row.key[:2] for row in rows if row.verdict is Verdict.INCONCLUSIVE}
            if not undecided:
                break
            self._measure(undecided, min(repeats, most_repeats - self._rounds))
            rows = list(decide(self.samples))
        return rows

    def _measure(self, only: set[tuple[str, str]] | None, repeats: int) -> None:
        workloads = [
            named
            for pair in _in_turn([list(zip(side.workloads, side.named(), strict=True)) for side in self.sides])
            for plain, named in pair
            if only is None or (plain.scenario, plain.variant) in only
        ]
        self._readings += self.session.read(workloads, self.meters, repeats, self.observer_for, first=self._rounds)
        self._rounds += repeats

    @property
    def samples(self) -> dict[str, dict[Key, Sample]]:
        """The samples of each side so far."""
        return {side.name: side.samples(self._readings) for side in self.sides}

    def with_causes(self, rows: Sequence[GateRow]) -> list[GateRow]:
        """Name the call sites that grew, for the worst regressions: one memray trial of each side."""
        worst = sorted(
            (row for row in rows if row.verdict is Verdict.REGRESSION and row.shift),
            key=lambda row: -(row.shift.bytes if row.shift else 0),
        )
        chosen = list(dict.fromkeys(row.key[:2] for row in worst))[:MOST_ROWS_WITH_CAUSES]
        found = {(scenario, variant): self._causes(scenario, variant) for scenario, variant in chosen}
        return [
            replace(row, causes=found.get((row.scenario, row.variant), ()))
            if row.verdict is Verdict.REGRESSION and row.shift
            else row
            for row in rows
        ]

    def _causes(self, scenario: str, variant: str) -> tuple[Cause, ...]:
        sides = {side.name: side for side in self.sides}
        chosen = [
            named
            for side in sides.values()
            for plain, named in zip(side.workloads, side.named(), strict=True)
            if (plain.scenario, plain.variant) == (scenario, variant) and plain.kind != COMMAND
        ]
        if len(chosen) < len((BASE, HEAD)):
            return ()
        readings = self.session.read(chosen, [CAUSE_METER], 1, self.observer_for, first=self._rounds)
        sites = {
            name: relative_to(_sites(readings, f"{name} "), side.roots) for name, side in sides.items() if side.roots
        }
        if not sites.get(BASE) or not sites.get(HEAD):
            return ()
        return find_causes(
            sites[BASE],
            sites[HEAD],
            base_line=_line_reader(sides[BASE].roots),
            head_line=_line_reader(sides[HEAD].roots),
        )


def _in_turn(sides: Sequence[Sequence[tuple[Workload, Workload]]]) -> list[list[tuple[Workload, Workload]]]:
    """Put what belongs together side by side: a workload of the base, then the same one of the head."""
    groups: dict[tuple[str, str], list[tuple[Workload, Workload]]] = {}
    for side in sides:
        for plain, named in side:
            groups.setdefault((plain.scenario, plain.variant), []).append((plain, named))
    return list(groups.values())


def _sites(readings: Iterable[Reading], prefix: str) -> tuple[CallSite, ...]:
    return next((reading.call_sites for reading in readings if reading.scenario.startswith(prefix)), ())


def _line_reader(roots: Sequence[str]) -> Callable[[str, int], str]:
    """Read lines of files that are named relative to one of the roots."""

    def line(file: str, number: int) -> str:
        # An absolute name stays what it is whatever stands before it.
        lines = (linecache.getline(str(Path(root) / file), number) for root in roots)
        return next(filter(None, lines), "")

    return line
