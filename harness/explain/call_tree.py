"""Call trees: what every call path held at the peak and at the end. Pure.

A frame is known by its function's qualified name, its file and the text of its line, not by the line's number: two
calls from one line are two children, and a function that moved is the same frame as before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol


class Place(NamedTuple):
    """What a frame is known by."""

    function: str  # qualified: "Class.method"
    file: str  # relative to its project, or as one would import it
    text: str  # of the line; "" where it can't be read


class Source(Protocol):
    """Knows the code that frames are in."""

    def place(self, function: str, file: str, line: int) -> Place:
        """Say what a frame is known by."""
        ...

    def own(self, file: str) -> bool:
        """Whether a file belongs to what measures."""
        ...


@dataclass(slots=True, eq=False)
class Node:
    """A frame on a path, what its path itself held, and the frames that it called."""

    place: Place
    line: int = 0
    bytes: int = 0  # held at the peak by this path itself
    count: int = 0
    end_bytes: int = 0
    end_count: int = 0
    children: "dict[Place, Node]" = field(default_factory=dict)

    def child(self, place: Place, line: int) -> "Node":
        """Give the child of a place, made if it is not there."""
        found = self.children.get(place)
        if found is None:
            found = self.children[place] = Node(place, line)
        return found

    def walk(self) -> "Iterator[Node]":
        """Give this node and all below it, parents first."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.children.values())

    def total(self) -> int:
        """Add up what this path and all below it held at the peak."""
        return sum(node.bytes for node in self.walk())


ROOT = Place("", "", "")


def empty_tree() -> Node:
    """Make a root with nothing below it."""
    return Node(ROOT)


def add_capture(tree: Node, capture: Mapping[str, Any], source: Source, below: Sequence[tuple[str, str, int]]) -> None:
    """Add a capture as `reading` gives it, beneath the call that started its process, outermost frame first.

    The frames of what measures are left out at the beginning of a path.
    """
    start = _descend(tree, [(source.place(*frame), frame[2]) for frame in _without_own(below, source)])
    frames = [(str(function), str(file), int(line)) for function, file, line in capture["frames"]]
    own = [source.own(file) for _, file, _ in frames]
    places = [source.place(*frame) for frame in frames]
    nodes: list[Node] = []
    inside: list[bool] = []  # whether a frame of the program itself has been met
    for parent, frame, peak, peak_count, end, end_count in capture["nodes"]:
        if parent < 0:
            node, met = start, bool(below)
        else:
            met = inside[parent] or not own[frame]
            node = nodes[parent].child(places[frame], frames[frame][2]) if met else nodes[parent]
        node.bytes += peak
        node.count += peak_count
        node.end_bytes += end
        node.end_count += end_count
        nodes.append(node)
        inside.append(met)


def process_frame(words: Iterable[str]) -> tuple[str, str, int]:
    """Make the frame that stands for a started process."""
    return f"process {' '.join(words)}", "", 0


def _without_own(frames: Sequence[tuple[str, str, int]], source: Source) -> Sequence[tuple[str, str, int]]:
    for index, (_, file, _) in enumerate(frames):
        if not source.own(file):
            return frames[index:]
    return ()


def _descend(node: Node, steps: Iterable[tuple[Place, int]]) -> Node:
    for place, line in steps:
        node = node.child(place, line)
    return node
