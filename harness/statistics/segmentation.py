"""The best division of a series into levels: exact, for a squared cost and a penalty for each change.

Optimal partitioning (Jackson et al. 2005), pruned as PELT is (Killick, Fearnhead and Eckley 2012). Of the values two
running sums are kept, so the memory is proportional to their number.
"""

from collections.abc import Sequence

import numpy as np


def segment(values: Sequence[float], penalty: float) -> list[int]:
    """Return the indices at which a new level begins, ascending.

    They minimise the sum over all levels of the squared distances from the level's mean, plus `penalty` for each
    change. Of two equally good divisions either may be returned.

    Raises:
        ValueError: the penalty is negative, or a value is not finite.
    """
    if penalty < 0:
        raise ValueError(f"a penalty is at least 0, not {penalty}")
    series = np.asarray(values, dtype=float)
    if not np.isfinite(series).all():
        raise ValueError("a series has finite values only")
    count = len(series)
    # Far from 0 the sums would lose the digits that tell two levels apart.
    sums = np.concatenate(([0.0], np.cumsum(series - (series.mean() if count else 0.0))))
    best = np.zeros(count + 1)  # of each beginning of the series, less the sum of its squares
    best[0] = -penalty
    previous = np.zeros(count + 1, dtype=int)
    starts = np.zeros(1, dtype=int)  # where the last level may begin
    for end in range(1, count + 1):
        costs = best[starts] - (sums[end] - sums[starts]) ** 2 / (end - starts)
        least = int(np.argmin(costs))
        best[end] = costs[least] + penalty
        previous[end] = starts[least]
        # A start that is worse now by more than a change costs will never be the best one again.
        starts = np.append(starts[costs <= best[end]], end)
    return _changes(previous)


def _changes(previous: "np.ndarray[tuple[int], np.dtype[np.int_]]") -> list[int]:
    found = []
    start = int(previous[-1])
    while start > 0:
        found.append(start)
        start = int(previous[start])
    return found[::-1]
