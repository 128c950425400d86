"""Which call sites hold more than they did. Pure: call sites of two runs in, differences out.

A line is known by what stands on it and not by its number: code that moved has not grown.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from membench.harness.model import CallSite

SMALLEST_BYTES = 4096  # a page; what grew by less is not what moved a peak
MOST_CAUSES = 10

SourceLine = Callable[[str, int], str]
"""Gives the text of a line of a file; "" where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A place in the head's code that held more at the peak than it did in the base."""

    file: str
    line: int
    function: str
    shift_bytes: int


@dataclass(frozen=True, slots=True)
class _Place:
    file: str
    function: str
    text: str
    line: int = 0  # only where the text is not known


def find_causes(
    base: Sequence[CallSite], head: Sequence[CallSite], *, base_line: SourceLine, head_line: SourceLine
) -> tuple[Cause, ...]:
    """List the places that hold at least a page more in the head, largest growth first.

    Files are named relative to their project on both sides. A place is first compared with its own file and function.
    What it holds more is then, because code moves, taken for moved as far as the same line holds less elsewhere. A line
    that is new takes over what lines held that are gone from its function: it was edited, and has not grown by
    all that it holds.
    """
    before = _totals(base, base_line)
    after = _totals(head, head_line)
    lines = {_place(site, head_line): site for site in sorted(head, key=lambda site: site.bytes)}
    changes = {place: after.get(place, 0) - before.get(place, 0) for place in before | after}
    moved = _shrunk_by_text(changes)
    grown = {place: size for place, size in changes.items() if size > 0}
    for place in sorted(grown, key=lambda place: -grown[place]):
        taken = min(grown[place], moved[place.text]) if place.text else 0
        moved[place.text] -= taken
        grown[place] -= taken
    gone = _gone_by_function(before, after, moved)
    new = [place for place in grown if place not in before and place.text]
    for place in sorted(new, key=lambda place: -grown[place]):
        taken = min(grown[place], gone[place.file, place.function])
        gone[place.file, place.function] -= taken
        grown[place] -= taken
    causes = [
        Cause(file=place.file, line=lines[place].line, function=place.function, shift_bytes=size)
        for place, size in grown.items()
        if size >= SMALLEST_BYTES
    ]
    return tuple(sorted(causes, key=lambda cause: (-cause.shift_bytes, cause.file, cause.line))[:MOST_CAUSES])


def _totals(sites: Iterable[CallSite], line: SourceLine) -> dict[_Place, int]:
    totals: dict[_Place, int] = defaultdict(int)
    for site in sites:
        totals[_place(site, line)] += site.bytes
    return dict(totals)


def _place(site: CallSite, line: SourceLine) -> _Place:
    text = line(site.file, site.line).strip()
    # A line that cannot be read is known by its number after all.
    return _Place(site.file, site.function, text, 0 if text else site.line)


def _shrunk_by_text(changes: dict[_Place, int]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for place, size in changes.items():
        if size < 0:
            found[place.text] -= size
    return found


def _gone_by_function(
    before: Mapping[_Place, int], after: Mapping[_Place, int], moved: Mapping[str, int]
) -> dict[tuple[str, str], int]:
    """Add up what the lines held that are in the base alone, but for what has moved elsewhere."""
    left = dict(moved)
    found: dict[tuple[str, str], int] = defaultdict(int)
    for place in before:
        if place in after or not place.text:
            continue
        own = min(before[place], left.get(place.text, 0))
        left[place.text] = left.get(place.text, 0) - own
        found[place.file, place.function] += own
    return found


def relative_to(sites: Iterable[CallSite], roots: Sequence[str]) -> list[CallSite]:
    """Name files relative to the first root that holds them, so that two checkouts name them alike."""
    return [
        CallSite(file=_relative(site.file, roots), line=site.line, function=site.function, bytes=site.bytes)
        for site in sites
    ]


def _relative(file: str, roots: Sequence[str]) -> str:
    for root in roots:
        prefix = root.rstrip("/") + "/"
        if file.startswith(prefix):
            return file.removeprefix(prefix)
    return file
