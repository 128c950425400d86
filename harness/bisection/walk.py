"""Which commit of a line of history to measure next, and what is known of where a rise lies. Pure.

Commits are numbered from the good end, 0, to the bad end. One that cannot be measured is skipped; the walk tries others
near the middle, and ever farther away from what was skipped, since commits that do not build come in runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto


class Standing(Enum):
    """What was found of a commit."""

    GOOD = auto()
    BAD = auto()
    SKIPPED = auto()  # it cannot be built or run, or its peak cannot be told apart


@dataclass(frozen=True, slots=True)
class Span:
    """Where a rise lies: after the commit `good`, and in `bad` at the latest."""

    good: int
    bad: int
    untried: tuple[int, ...]  # between them, in order

    @property
    def candidates(self) -> range:
        """The commits of which one brought the rise."""
        return range(self.good + 1, self.bad + 1)


def span_of(count: int, known: Mapping[int, Standing]) -> Span:
    """Narrow a rise down by what is known of `count` commits, the first of them good and the last of them bad.

    Where the peak went up more than once, this finds one of the rises.
    """
    bad = min((place for place, standing in known.items() if standing is Standing.BAD), default=count - 1)
    good = max((place for place, standing in known.items() if standing is Standing.GOOD and place < bad), default=0)
    return Span(good, bad, tuple(place for place in range(good + 1, bad) if place not in known))


def next_commit(count: int, known: Mapping[int, Standing]) -> int | None:
    """Choose the commit to measure next; None where nothing is left that could narrow the rise down."""
    span = span_of(count, known)
    if not span.untried:
        return None
    skipped = [place for place, standing in known.items() if standing is Standing.SKIPPED and place in span.candidates]
    middle = (span.good + span.bad) / 2
    return min(_far_from(skipped, span.untried), key=lambda place: (abs(place - middle), place))


def _far_from(skipped: Sequence[int], untried: Sequence[int]) -> Sequence[int]:
    """Leave out what lies near a skipped commit, farther with each of them, as long as anything is left."""
    if not skipped:
        return untried
    distances = {place: min(abs(place - one) for one in skipped) for place in untried}
    wanted = min(2 ** (len(skipped) - 1), max(distances.values()))
    return [place for place in untried if distances[place] >= wanted]
