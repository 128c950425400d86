"""Growth per call from what was held after so many calls. A cache that fills, or pages that come once, is none. Pure.

The first half of the calls decides nothing: caches fill and arenas are taken there. Over the second half the slope is
the median of the slopes between all pairs of points (Theil and Sen), with the interval that Kendall's rank test gives
it, and the growth must go on to the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

CONFIDENCE = 0.95
_STEADY_SHARE = 0.6  # of the steps between points of the second half that must rise
_GOES_ON = 0.4  # of the second half's rate, reached in its own second half


class LeakVerdict(StrEnum):
    """What was found."""

    LEAK = "leak"
    NONE = "none"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Bytes per call, with an interval, and what follows."""

    per_call: float
    low: float
    high: float
    verdict: LeakVerdict


def judge_growth(points: Sequence[tuple[int, int]], *, allowed_per_call: float, least_bytes: int) -> Slope:
    """Decide whether what is held grows by each call.

    Args:
        points: calls made and bytes held then, ascending, at least six.
        allowed_per_call: growth in bytes that is none.
        least_bytes: that the second half must have grown by in all: less is told from pages and arenas by nobody.
    """
    from scipy.stats import theilslopes  # noqa: PLC0415 - a third of a second that --help can do without

    late = points[len(points) // 2 :]
    calls, held = [call for call, _ in late], [size for _, size in late]
    slope, _, low, high = (float(value) for value in theilslopes(held, calls, CONFIDENCE))
    # Between equal values rounding leaves something of the order of 1e-15.
    growth = held[-1] - held[0]
    mean = growth / (calls[-1] - calls[0])
    if min(low, mean) > allowed_per_call and growth >= least_bytes and _is_steady(late, mean):
        verdict = LeakVerdict.LEAK
    elif max(high, mean) <= allowed_per_call or (growth < least_bytes and not _may_leak(late, allowed_per_call)):
        verdict = LeakVerdict.NONE
    else:
        verdict = LeakVerdict.UNDECIDED
    # Where memory is taken in steps, as lists and dicts grow, the mean is nearer than the median of slopes.
    per_call = mean if not low <= mean <= high or slope == 0 else slope
    return Slope(per_call=per_call, low=min(low, per_call), high=max(high, per_call), verdict=verdict)


def _is_steady(late: Sequence[tuple[int, int]], mean: float) -> bool:
    rising = [after[1] > before[1] for before, after in pairwise(late)]
    middle, last = late[len(late) // 2], late[-1]
    end_rate = (last[1] - middle[1]) / (last[0] - middle[0])
    return sum(rising) >= _STEADY_SHARE * len(rising) and end_rate >= _GOES_ON * mean


def _may_leak(late: Sequence[tuple[int, int]], allowed_per_call: float) -> bool:
    """Whether the rate is above what is allowed, though so few calls do not come to much."""
    first, last = late[0], late[-1]
    return last[1] - first[1] > allowed_per_call * (last[0] - first[0]) and _is_steady(late, 0)
