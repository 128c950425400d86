"""The difference of two call trees, matched by what code is and not by where it stands. Pure.

Frames that are called from the same frame are matched in turn by qualified name, file and text; by name and text (a
module was renamed); by name and file (the line was edited); by text (the function was renamed); by name alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from membench.harness.explain.call_tree import Node, Place

_MATCHES: tuple[Callable[[Place], tuple[str, ...] | None], ...] = (
    lambda place: place,
    lambda place: (place.function, place.text) if place.text else None,
    lambda place: (place.function, place.file),
    lambda place: (place.text,) if place.text else None,
    lambda place: (place.function,),
)


@dataclass(slots=True, eq=False)
class Both:
    """A frame of both trees: what it and all below it held at each side's peak."""

    place: Place  # the head's, where it has one
    line: int
    base_own: int
    head_own: int
    base_bytes: int = 0
    head_bytes: int = 0
    base_left: int = 0  # of what was held at the peak by this path itself, what still was at the end
    head_left: int = 0
    base_count: int = 0
    head_count: int = 0
    children: "list[Both]" = field(default_factory=list)
    width: int = 0  # the larger side of every path below, added up
    folded: int = 0  # paths that this node stands for, if it is not one frame

    @property
    def shift(self) -> int:
        """What the head holds more."""
        return self.head_bytes - self.base_bytes

    @property
    def own_shift(self) -> int:
        """What the head holds more by this path itself."""
        return self.head_own - self.base_own

    def walk(self, above: "tuple[Both, ...]" = ()) -> "Iterator[tuple[Both, ...]]":
        """Give the path to this node and to each below it, the largest shift first among siblings."""
        waiting = [(*above, self)]
        while waiting:
            path = waiting.pop()
            yield path
            waiting.extend((*path, child) for child in sorted(path[-1].children, key=lambda child: abs(child.shift)))


def compare(base: Node, head: Node) -> Both:
    """Lay two trees on each other."""
    return _both(base, head)


def _both(base: Node | None, head: Node | None) -> Both:
    there = head or base
    assert there is not None
    before, after = base or Node(there.place), head or Node(there.place)
    pairs = _matched(list(before.children.values()), list(after.children.values()))
    made = Both(
        place=there.place,
        line=there.line,
        base_own=before.bytes,
        head_own=after.bytes,
        base_left=min(before.bytes, before.end_bytes),
        head_left=min(after.bytes, after.end_bytes),
        base_count=before.count,
        head_count=after.count,
        children=[_both(*pair) for pair in pairs],
    )
    made.base_bytes = made.base_own + sum(child.base_bytes for child in made.children)
    made.head_bytes = made.head_own + sum(child.head_bytes for child in made.children)
    made.width = max(made.base_own, made.head_own) + sum(child.width for child in made.children)
    made.children.sort(key=lambda child: -max(child.base_bytes, child.head_bytes))
    return made


def _matched(base: list[Node], head: list[Node]) -> list[tuple[Node | None, Node | None]]:
    pairs: list[tuple[Node | None, Node | None]] = []
    for key_of in _MATCHES:
        if not base or not head:
            break
        waiting: dict[tuple[str, ...], list[Node]] = defaultdict(list)
        # Where several fit, those at the same point of the order of lines belong together.
        for node in sorted(base, key=lambda node: -node.line):
            key = key_of(node.place)
            if key is not None:
                waiting[key].append(node)
        taken: set[int] = set()
        left = []
        for node in sorted(head, key=lambda node: node.line):
            key = key_of(node.place)
            if key is None or not waiting.get(key):
                left.append(node)
                continue
            partner = waiting[key].pop()
            taken.add(id(partner))
            pairs.append((partner, node))
        base, head = [node for node in base if id(node) not in taken], left
    return [*pairs, *((node, None) for node in base), *((None, node) for node in head)]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrownPath:
    """A call path, outermost frame first, that itself holds more or less than it did."""

    frames: tuple[Both, ...]
    shift_bytes: int  # what is left once moved code is set against where it was
    base_bytes: int
    head_bytes: int
    base_count: int
    head_count: int

    @property
    def left_share(self) -> float | None:
        """The share of what the side with more held at the peak that still was there at the end."""
        last = self.frames[-1]
        held, left = (last.head_own, last.head_left) if self.shift_bytes > 0 else (last.base_own, last.base_left)
        return left / held if held else None


def shifted_paths(tree: Both, *, least_bytes: int) -> list[GrownPath]:
    """List the paths that hold more or less by at least so much themselves, largest shift first.

    Code moves between functions and files: what a line holds more on one path is set against what the same line of
    the same function, or else the same line anywhere, holds less on others.
    """
    paths = [path for path in tree.walk() if path[-1].own_shift]
    shifts = {id(path[-1]): path[-1].own_shift for path in paths}
    for key_of in (_function_and_text, _text):
        _settle(paths, shifts, key_of)
    found = [
        GrownPath(
            frames=path[1:],
            shift_bytes=shifts[id(path[-1])],
            base_bytes=path[-1].base_own,
            head_bytes=path[-1].head_own,
            base_count=path[-1].base_count,
            head_count=path[-1].head_count,
        )
        for path in paths
        if abs(shifts[id(path[-1])]) >= least_bytes
    ]
    return sorted(found, key=lambda path: -abs(path.shift_bytes))


def _function_and_text(place: Place) -> tuple[str, ...]:
    return (place.function, place.text) if place.text else ()


def _text(place: Place) -> tuple[str, ...]:
    return (place.text,) if place.text else ()


def _settle(
    paths: Sequence[tuple[Both, ...]], shifts: dict[int, int], key_of: Callable[[Place], tuple[str, ...]]
) -> None:
    together: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for path in paths:
        key = key_of(path[-1].place)
        if key:
            together[key].append(id(path[-1]))
    for nodes in together.values():
        more = sum(shifts[node] for node in nodes if shifts[node] > 0)
        less = -sum(shifts[node] for node in nodes if shifts[node] < 0)
        moved = min(more, less)
        # The largest shifts keep what is left: small ones are settled first.
        for sign in (1, -1):
            rest = moved
            for node in sorted(nodes, key=lambda node: abs(shifts[node])):
                if shifts[node] * sign > 0 and rest:
                    taken = min(rest, abs(shifts[node]))
                    shifts[node] -= sign * taken
                    rest -= taken


def fold(tree: Both, *, most_nodes: int) -> Both:
    """Give a tree of at most so many nodes: the smallest siblings are put together into one each."""
    sizes = sorted((path[-1].width for path in tree.walk()), reverse=True)
    least = sizes[most_nodes - 1] if len(sizes) > most_nodes else 0
    return _folded(tree, least)


def _folded(node: Both, least: int) -> Both:
    kept = [_folded(child, least) for child in node.children if child.width >= least]
    small = [child for child in node.children if child.width < least]
    if small:
        kept.append(_together(small))
    return Both(
        place=node.place,
        line=node.line,
        base_own=node.base_own,
        head_own=node.head_own,
        base_bytes=node.base_bytes,
        head_bytes=node.head_bytes,
        base_left=node.base_left,
        head_left=node.head_left,
        base_count=node.base_count,
        head_count=node.head_count,
        children=kept,
        width=node.width,
        folded=node.folded,
    )


def _together(small: Sequence[Both]) -> Both:
    base, head = sum(child.base_bytes for child in small), sum(child.head_bytes for child in small)
    return Both(
        place=Place(f"{len(small)} smaller", "", ""),
        line=0,
        base_own=base,
        head_own=head,
        base_bytes=base,
        head_bytes=head,
        width=sum(child.width for child in small),
        folded=len(small),
    )
