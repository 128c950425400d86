"""The knee: the smallest limit from which on memory no longer holds the program up."""

from collections.abc import Sequence

from membench.harness.model import Outcome
from membench.harness.sizing.model import Point

MOST_STALLED = 0.02  # of the time of a run
MOST_SLOWDOWN = 1.10  # where the kernel does not tell of stalls
MOST_FAULTS = 64  # pages read from disk again; a start reads some in any case


def is_calm(point: Point) -> bool:
    """Tell whether the limit does not hold the program up.

    Time on a machine that others use is noisy, and a page that is read again may be there in an instant: both decide
    only where the kernel does not tell of stalls.
    """
    if point.outcome is not Outcome.OK:
        return False
    share = point.stalled_share
    if share is not None:
        return share <= MOST_STALLED
    return point.slowdown <= MOST_SLOWDOWN and (point.refaults or 0) <= MOST_FAULTS


def knee(points: Sequence[Point]) -> Point | None:
    """Find the lowest point from which on all are calm; None where the highest is not."""
    found = None
    for point in reversed(points):
        if not is_calm(point):
            break
        found = point
    return found
