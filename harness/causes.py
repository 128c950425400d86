"""Which call sites hold more than they did. Pure: call sites of two runs in, differences out.

A line is known by what stands on it and not by its number: code that moved has not grown.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from harness.model import CallSite

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


def find_causes(
    base: Sequence[CallSite], head: Sequence[CallSite], *, base_line: SourceLine, head_line: SourceLine
) -> tuple[Cause, ...]:
    """List the places that hold at least a page more in the head, largest growth first.

    Files are named relative to their project on both sides. A place is first looked for in its own file and function,
    then, because code moves, anywhere that has the same line.
    """
    before = _totals(base, base_line)
    after = _totals(head, head_line)
    lines = {_place(site, head_line): site for site in sorted(head, key=lambda site: site.bytes)}
    left = {place: size for place, size in before.items() if place not in after}
    grown = {place: size - before.get(place, 0) for place, size in after.items()}
    moved = _by_text(left)
    for place in sorted(grown, key=lambda place: -grown[place]):
        if place not in before and place.text:
            taken = min(grown[place], moved[place.text])
            moved[place.text] -= taken
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
    return _Place(site.file, site.function, text or f"line {site.line}")


def _by_text(totals: dict[_Place, int]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for place, size in totals.items():
        found[place.text] += size
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
