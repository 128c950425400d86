"""Who holds what, from the objects of a process and the names that hold them. Pure."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from membench.harness.errors import MeasurementError

LEAST_BYTES = 64 * 1024
LEAST_SHARE = 0.05  # of the largest holder on either side
MOST_HOLDERS = 12
_SAME_SHARE = 0.9  # of what one holder reaches, reached by a nearer one: then the nearer one is named


class HolderName(NamedTuple):
    """What a holder is known by on both sides."""

    kind: str  # local, closure, global, class, default, cache, task, traceback, handler
    owner: str  # function, module or class
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step on the way from a holder to what it holds."""

    label: str  # ".attribute", "['key']" or ""
    type: str
    length: int  # of a built-in container; -1 for all else


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A name, and all that can be reached from what it stands for."""

    name: HolderName
    file: str
    line: int
    bytes: int
    count: int  # objects
    things: int  # that the name stands for: one, or as many as there are tasks or frames
    steps: tuple[Step, ...]  # to the largest of what is reached
    others: tuple[HolderName, ...] = ()  # that stand for the same object


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderShift:
    """A holder on both sides; None where it holds nothing."""

    name: HolderName
    base: Holder | None
    head: Holder | None

    @property
    def shift_bytes(self) -> int:
        """What it holds more in the head."""
        return (self.head.bytes if self.head else 0) - (self.base.bytes if self.base else 0)

    @property
    def larger(self) -> Holder:
        """The side that holds more."""
        found = self.head if self.base is None or self.shift_bytes > 0 else self.base
        assert found is not None, "one of the two is there"
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class HeapGraph:
    """The objects of a process: type, size, length and references of each; and the names that hold some of them."""

    types: Sequence[str]
    nodes: Sequence[tuple[int, int, int, Sequence[tuple[int, str]]]]
    roots: Sequence[tuple[HolderName, str, int, int]]  # name, file, line, node
    cut: bool = False  # there were more objects than are in it
    held_bytes: int = 0  # by Python's allocators at that moment
    most_bytes: int = 0  # at any moment that was looked at before


def parse_graph(lines: Iterable[str], relative: Callable[[str], str] = str) -> HeapGraph:
    """Read what `heap_graph` has written; `relative` names files so that both sides name them alike.

    Raises:
        MeasurementError: it was cut off, or is something else.
    """
    nodes: list[tuple[int, int, int, Sequence[tuple[int, str]]]] = []
    try:
        for line in lines:
            row = json.loads(line)
            if isinstance(row, dict):
                roots = [
                    (HolderName(*root[:3]), relative(root[3]), root[4], root[5])
                    for root in row["roots"]
                    if root[5] >= 0
                ]
                return HeapGraph(
                    types=row["types"],
                    nodes=nodes,
                    roots=roots,
                    cut=row["cut"],
                    held_bytes=row["held"],
                    most_bytes=row["most"],
                )
            kind, size, length, flat = row
            nodes.append((kind, size, length, tuple(zip(flat[::2], flat[1::2], strict=True))))
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise MeasurementError(f"What holds the objects could not be read: {error}.") from error
    raise MeasurementError("What holds the objects was not written down to its end.")


def find_holders(
    graph: HeapGraph, *, least_bytes: int = LEAST_BYTES, also: Collection[HolderName] = ()
) -> list[Holder]:
    """List the holders of at least so much, and those of the names in `also`, largest first.

    Names of one function for several frames or tasks count as one holder. Of two of which one is reached by way of
    the other, and that hold nearly the same, the nearer one to the objects is given.
    """
    together: dict[HolderName, list[tuple[str, int, int]]] = defaultdict(list)
    for name, file, line, node in graph.roots:
        # What a functools cache holds by count is the cache's, whatever it holds just now.
        known = HolderName(name.kind, name.owner, "") if name.kind in {"cache", "task", "default"} else name
        together[known].append((file, line, node))
    by_nodes: dict[frozenset[int], list[HolderName]] = defaultdict(list)
    for name, places in together.items():
        by_nodes[frozenset(node for _, _, node in places)].append(name)
    found: list[tuple[Holder, set[int], frozenset[int]]] = []
    for nodes, names in by_nodes.items():
        reached = _reach(graph, nodes)
        size = sum(graph.nodes[node][1] for node in reached)
        asked = [name for name in names if name in also]
        if size < least_bytes and not asked:
            continue
        first = min(asked or names, key=_preference)
        file, line, _ = together[first][0]
        holder = Holder(
            name=first,
            file=file,
            line=line,
            bytes=size,
            count=len(reached),
            things=len(nodes),
            steps=_way(graph, nodes, reached),
            others=tuple(name for name in names if name != first),
        )
        found.append((holder, set(reached), nodes))
    kept = [
        entry
        for entry in found
        if entry[0].name in also or not any(_is_nearer(other, entry) for other in found if other is not entry)
    ]
    return [holder for holder, _, _ in sorted(kept, key=lambda entry: (-entry[0].bytes, entry[0].name))]


_ORDER = ("cache", "handler", "traceback", "global", "class", "task", "local", "closure", "default")


def _preference(name: HolderName) -> tuple[int, HolderName]:
    return (_ORDER.index(name.kind) if name.kind in _ORDER else len(_ORDER)), name


def _is_nearer(one: tuple[Holder, set[int], frozenset[int]], other: tuple[Holder, set[int], frozenset[int]]) -> bool:
    """Whether the one lies on the way of the other to nearly all that it holds."""
    (first, _, starts), (second, reached, own) = one, other
    # Several things at once, such as the results of tasks, are held by each list that they are in as well.
    if len(starts) > 1 or not starts <= reached or starts == own or first.bytes < _SAME_SHARE * second.bytes:
        return False
    # In a circle each lies on the way of the other: then the shorter way is the nearer one.
    return not own <= one[1] or len(first.steps) < len(second.steps)


def _reach(graph: HeapGraph, starts: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Give all nodes that can be reached, each with the one before it and the label of the step."""
    found = dict.fromkeys(starts, (-1, ""))
    waiting = list(found)
    for node in waiting:
        for there, label in graph.nodes[node][3]:
            if there not in found:
                found[there] = (node, label)
                waiting.append(there)
    return found


def _way(graph: HeapGraph, starts: Iterable[int], reached: Mapping[int, tuple[int, str]]) -> tuple[Step, ...]:
    """Give the steps to the largest object of the type that takes most of what is reached."""
    del starts
    by_type: dict[int, int] = defaultdict(int)
    for node in reached:
        kind, size, _, _ = graph.nodes[node]
        by_type[kind] += size
    most = max(by_type, key=lambda kind: by_type[kind])
    node = max((node for node in reached if graph.nodes[node][0] == most), key=lambda node: graph.nodes[node][1])
    steps: list[Step] = []
    while node >= 0:
        before, label = reached[node]
        kind, _, length, _ = graph.nodes[node]
        steps.append(Step(label=label, type=graph.types[kind], length=length))
        node = before
    return tuple(reversed(steps))


def shifts_between(base: HeapGraph, head: HeapGraph, *, least_bytes: int = 0) -> list[HolderShift]:
    """Find the holders that hold more or less, each looked up on the other side whatever it holds there.

    `least_bytes` is the shift from which on one is told; 0 for a share of the largest holder.
    """
    least = min(least_bytes, LEAST_BYTES) or LEAST_BYTES
    names = [{holder.name for holder in find_holders(graph, least_bytes=least)} for graph in (base, head)]
    before, after = (
        find_holders(graph, least_bytes=least, also=also) for graph, also in ((base, names[1]), (head, names[0]))
    )
    return compare_holders(before, after, least_bytes=least_bytes)


def compare_holders(base: Sequence[Holder], head: Sequence[Holder], *, least_bytes: int = 0) -> list[HolderShift]:
    """Put the holders of both sides together by their names, largest shift first."""
    before = {holder.name: holder for holder in base}
    after = {holder.name: holder for holder in head}
    shifts = [
        HolderShift(name=name, base=before.get(name), head=after.get(name)) for name in dict.fromkeys((*before, *after))
    ]
    largest = max((holder.bytes for holder in (*base, *head)), default=0)
    least = least_bytes or LEAST_SHARE * largest
    telling = [shift for shift in shifts if abs(shift.shift_bytes) >= least]
    return sorted(telling, key=lambda shift: (-abs(shift.shift_bytes), len(shift.larger.steps), shift.name))[
        :MOST_HOLDERS
    ]
