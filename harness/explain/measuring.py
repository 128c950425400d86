"""Runs both sides under the instruments that explain, and puts together what they found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from membench.harness.errors import MeasurementError
from membench.harness.explain.captures import CODE, Heap, captures_of, keep_as, read_heap, read_links
from membench.harness.explain.difference import compare, shifted_paths
from membench.harness.explain.explanation import LEAST_SHIFT_BYTES, Explanation, Phase, SideFacts
from membench.harness.explain.following import NATIVE
from membench.harness.explain.holding import HeapGraph, HolderShift, parse_graph, shifts_between
from membench.harness.explain.phases import read_phases
from membench.harness.explain.sources import Sources
from membench.harness.model import Outcome, Reading, Workload
from membench.harness.runs.session import ObserverFor, Session
from membench.harness.trial.fixed_paths import FixedPaths

PATHS_METER = "call_paths"
HOLDERS_METER = "holders"
PLACES = ("base", "head")
_AT = "MEMBENCH_HOLDERS_AT"
AT_END = "end"
_NEAR = 0.95  # of the peak


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two versions: what it is called, and the folders that its files are named from."""

    label: str
    workload: Workload
    roots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explaining:
    """An explanation under way: the session of its trials, and the folder that their files go to."""

    session: Session
    folder: Path
    paths: FixedPaths
    observer_for: ObserverFor
    native: bool = False

    @classmethod
    def keeping(
        cls, session: Session, folder: Path, observer_for: ObserverFor, *, native: bool = False
    ) -> "Explaining":
        """Begin with a session that has a folder for its trials; its meters leave their files in another."""
        scratch = session.isolation.scratch
        assert scratch is not None, "a session with a folder of its own"
        paths = FixedPaths(scratch)
        isolation = replace(session.isolation, artifacts=folder, paths=paths)
        return cls(
            session=replace(session, isolation=isolation),
            folder=folder,
            paths=paths,
            observer_for=observer_for,
            native=native,
        )

    def explain(self, name: str, base: Side, head: Side, *, holders: bool) -> Explanation:
        """Find what shifted and who holds it.

        Raises:
            MeasurementError: a trial failed, or left nothing that can be read.
        """
        sides = (base, head)
        read = self._read(sides, PATHS_METER, [{NATIVE: "1"} if self.native else {}] * 2)
        sources = [self._sources(side) for side in sides]
        heaps = [read_heap(self._captures(reading), code) for reading, code in zip(read, sources, strict=True)]
        tree = compare(heaps[0].tree, heaps[1].tree)
        facts = [
            _facts(side, heap, self._captures(reading)) for side, heap, reading in zip(sides, heaps, read, strict=True)
        ]
        dropped = [
            f"{side.label}: {remark}."
            for side, place, reading, code in zip(sides, PLACES, read, sources, strict=True)
            for remark in [keep_as(self._captures(reading), place, code)]
            if remark
        ]
        shifts, warnings = self._holders(sides) if holders else ([], ())
        return Explanation(
            workload=name,
            base=facts[0],
            head=facts[1],
            tree=tree,
            paths=shifted_paths(tree, least_bytes=LEAST_SHIFT_BYTES),
            holders=shifts,
            native=self.native,
            warnings=(*warnings, *dropped, *_wrong(sides, read)),
        )

    def _read(self, sides: Sequence[Side], meter: str, variables: Sequence[dict[str, str]]) -> list[Reading]:
        workloads = [
            replace(
                side.workload,
                scenario=f"{place} {side.workload.scenario}",
                environment={**side.workload.environment, **more},
            )
            for place, side, more in zip(PLACES, sides, variables, strict=False)
        ]
        # Bytecode is compiled once: what that takes is in no capture.
        first = 0 if meter == PATHS_METER else 1
        read = self.session.read(workloads, [meter], 1, self.observer_for, first=first)
        found = {reading.scenario: reading for reading in read}
        readings = [found[workload.scenario] for workload in workloads]
        for side, reading in zip(sides, readings, strict=True):
            if reading.outcome not in {Outcome.OK, Outcome.WRONG_OUTPUT}:
                last = (reading.stderr_tail.strip().splitlines() or [""])[-1]
                raise MeasurementError(
                    f"{side.label} could not be explained: under {meter} its trial ended {reading.outcome} "
                    f"({reading.detail}).\n{last}".rstrip()
                )
        return readings

    def _captures(self, reading: Reading) -> Path:
        captures = captures_of(reading.artifacts, self.folder)
        if captures is None:
            raise MeasurementError(f"{reading.scenario} left no capture.")
        return captures

    def _heap(self, side: Side, reading: Reading) -> Heap:
        return read_heap(self._captures(reading), self._sources(side))

    def _sources(self, side: Side) -> Sources:
        return Sources(side.roots, self.paths.targets)

    def heaps(self, sides: Sequence[Side]) -> list[Heap]:
        """Capture each side, and give what its processes held by call path.

        Raises:
            MeasurementError: a trial failed, or left nothing that can be read.
        """
        read = self._read(sides, PATHS_METER, [{NATIVE: "1"} if self.native else {}] * len(sides))
        return [self._heap(side, reading) for side, reading in zip(sides, read, strict=True)]

    def shifts_at_end(self, sides: Sequence[Side], *, least_bytes: int) -> list[HolderShift]:
        """Find who holds more or less when the sides have ended.

        Raises:
            MeasurementError: a trial failed, or left nothing that can be read.
        """
        base, head = self._graphs(sides, [{_AT: AT_END}] * len(sides))
        return shifts_between(base, head, least_bytes=least_bytes)

    def graphs(self, sides: Sequence[Side]) -> list[HeapGraph]:
        """Find the objects of each side near its peak, and what holds them.

        Raises:
            MeasurementError: a trial failed, or left nothing that can be read.
        """
        # Without a moment to look for it finds the one that it looks for the next time.
        peaks = [graph.most_bytes for graph in self._graphs(sides, [{} for _ in sides])]
        found = self._graphs(sides, [{_AT: str(peak)} for peak in peaks])
        return [replace(graph, most_bytes=peak) for graph, peak in zip(found, peaks, strict=True)]

    def _graphs(self, sides: Sequence[Side], variables: Sequence[dict[str, str]]) -> list[HeapGraph]:
        read = self._read(sides, HOLDERS_METER, variables)
        return [self._graph(side, reading) for side, reading in zip(sides, read, strict=True)]

    def _holders(self, sides: Sequence[Side]) -> tuple[list[HolderShift], tuple[str, ...]]:
        graphs = self.graphs(sides)
        warnings = [
            f"{side.label}: holders were looked for at {graph.held_bytes / graph.most_bytes:.1%} of the peak that a "
            "trial before had found; it does not repeat."
            for side, graph in zip(sides, graphs, strict=True)
            if graph.held_bytes < _NEAR * graph.most_bytes
        ]
        warnings += [
            f"{side.label}: there are more objects than were looked at; holders can be missing."
            for side, graph in zip(sides, graphs, strict=True)
            if graph.cut
        ]
        return shifts_between(*graphs), tuple(warnings)

    def _graph(self, side: Side, reading: Reading) -> HeapGraph:
        if not reading.artifacts:
            raise MeasurementError(f"{reading.scenario} left nothing about who holds its objects: {reading.source}.")
        path = self.folder / Path(*Path(reading.artifacts[0]).parts[1:])
        with path.open(encoding="utf-8") as file:
            found = parse_graph(file, self._sources(side).relative)
        path.unlink()
        return found


def kept_explanation(name: str, labels: tuple[str, str], folders: tuple[Path, Path]) -> Explanation:
    """Explain from captures that were kept; who holds what cannot be had from them.

    Raises:
        MeasurementError: they cannot be read.
    """
    heaps = [read_heap(one, Sources([str(one / CODE)], read_links(one))) for one in map(Path.absolute, folders)]
    tree = compare(heaps[0].tree, heaps[1].tree)
    facts = [_facts_of(label, heap, folder) for label, heap, folder in zip(labels, heaps, folders, strict=True)]
    return Explanation(
        workload=name,
        base=facts[0],
        head=facts[1],
        tree=tree,
        paths=shifted_paths(tree, least_bytes=LEAST_SHIFT_BYTES),
        native=any(heap.native for heap in heaps),
    )


def _facts(side: Side, heap: Heap, captures: Path) -> SideFacts:
    return _facts_of(side.label, heap, captures)


def _facts_of(label: str, heap: Heap, captures: Path) -> SideFacts:
    return SideFacts(
        label=label,
        peak_bytes=heap.peak_bytes,
        end_bytes=sum(min(node.bytes, node.end_bytes) for node in heap.tree.walk()),
        processes=heap.processes,
        moments=heap.moments,
        phases=tuple(
            Phase(name=name, start_seconds=start, end_seconds=end) for name, start, end in read_phases(captures)
        ),
        remarks=heap.remarks,
    )


def _wrong(sides: Sequence[Side], readings: Sequence[Reading]) -> list[str]:
    return [
        f"{side.label} gave a wrong output ({reading.detail})."
        for side, reading in zip(sides, readings, strict=True)
        if reading.outcome is not side.workload.expected_outcome
    ]
