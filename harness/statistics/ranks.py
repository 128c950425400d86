"""Which of all pairwise differences of two samples bounds the shift between them, and which value it has.

The lower bound of a shift at error `alpha` is the k-th smallest difference of a peak of the one and a peak of the
other, where a Mann-Whitney statistic under no shift is less than k with at most that probability (Hollander, Wolfe and
Chicken, Nonparametric Statistical Methods, section 4.3). Ties only make the bound safer. The differences are counted
and never listed: of 10,000 peaks against 10,000 there are a hundred million.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from math import comb, floor, sqrt
from statistics import NormalDist

MOST_PAIRS_COUNTED = 2_500  # from there on the normal distribution stands for the one that was counted


@lru_cache(maxsize=1024)
def bounding_rank(base: int, head: int, alpha: Fraction) -> int | None:
    """Tell which difference, counted from 1 at the lower end, bounds a shift from below; by symmetry from above.

    Args:
        base: the number of peaks on one side.
        head: the number of peaks on the other.
        alpha: the probability that the shift lies below that bound.

    Returns:
        None where so few peaks can't bound it with so small an error.
    """
    if base * head > MOST_PAIRS_COUNTED:
        deviation = sqrt(base * head * (base + head + 1) / 12)
        rank = floor(base * head / 2 - NormalDist().inv_cdf(1 - float(alpha)) * deviation)
        return rank if rank > 0 else None
    most = floor(alpha * comb(base + head, base))
    below = sum(total <= most for total in accumulate(_orders(base, head)))
    return below or None


def smallest_error(base: int, head: int) -> Fraction:
    """Tell how likely two samples lie wholly apart, in one direction, where there is no shift."""
    return Fraction(1, comb(base + head, base))


def _orders(base: int, head: int) -> list[int]:
    """Count in how many orders the statistic has each value, up to the middle one: a Gaussian binomial coefficient."""
    size = base * head // 2 + 1
    counts = [1] + [0] * (size - 1)
    for factor in range(1, min(base, head) + 1):
        step = max(base, head) + factor
        for value in range(size - 1, step - 1, -1):
            counts[value] -= counts[value - step]
        for value in range(factor, size):
            counts[value] += counts[value - factor]
    return counts


def difference_at(base: Sequence[int], head: Sequence[int], rank: int) -> int:
    """Give the difference, head minus base, at a rank counted from 1. Both samples must be in ascending order."""
    low, high = head[0] - base[-1], head[-1] - base[0]
    while low < high:
        middle = (low + high) // 2
        if _count_up_to(base, head, middle) >= rank:
            high = middle
        else:
            low = middle + 1
    return low


def _count_up_to(base: Sequence[int], head: Sequence[int], limit: int) -> int:
    """Count the pairs whose difference is at most the limit."""
    count = 0
    passed = 0  # of the base: so many peaks are too small for the head's peak at hand
    for peak in head:
        while passed < len(base) and peak - base[passed] > limit:
            passed += 1
        if passed == len(base):
            break
        count += len(base) - passed
    return count
