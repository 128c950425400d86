"""How far one sample's peaks lie from another's, with an interval where one can be had.

The shift is the Hodges-Lehmann estimate, the median of all pairwise differences; its interval holds every
shift that a two-sided Mann-Whitney test does not reject (Hollander, Wolfe and Chicken, Nonparametric
Statistical Methods, section 4.3). Peaks are neither normal nor free of outliers, so ranks it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from membench.harness.statistics.ranks import bounding_rank, difference_at

FEWEST_FOR_INTERVAL = 4  # with 3 against 3 the smallest possible p is 0.1
_ERROR = Fraction(1, 40)  # at either end, for an interval at 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Where a shift lies at 95 %, both ends included."""

    low_bytes: int
    high_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Head minus base in bytes."""

    bytes: int
    interval: Interval | None  # None where so few repeats bound nothing
    repeats_agree: bool = False  # each side has several, and all of a side gave the same peak
    warnings: tuple[str, ...] = ()

    @property
    def significant(self) -> bool:
        """Whether the interval leaves out 0; a shift without an interval is never significant."""
        return self.interval is not None and (self.interval.low_bytes > 0 or self.interval.high_bytes < 0)


def estimate_shift(base: Sequence[int], head: Sequence[int]) -> Shift:
    """Estimate the shift from one sample of peaks to another.

    Raises:
        ValueError: a sample is empty.
    """
    if not base or not head:
        raise ValueError("a shift needs at least one peak on each side")
    base, head = sorted(base), sorted(head)
    pairs = len(base) * len(head)
    middle = round((difference_at(base, head, (pairs + 1) // 2) + difference_at(base, head, pairs // 2 + 1)) / 2)
    if min(len(base), len(head)) == 1:
        return Shift(bytes=middle, interval=None, warnings=("a single trial shows no spread",))
    if base[0] == base[-1] and head[0] == head[-1]:
        return Shift(bytes=middle, interval=Interval(low_bytes=middle, high_bytes=middle), repeats_agree=True)
    rank = bounding_rank(len(base), len(head), _ERROR)
    if rank is None:
        warning = f"an interval at 95 % needs {FEWEST_FOR_INTERVAL} repeats on each side"
        return Shift(bytes=middle, interval=None, warnings=(warning,))
    low, high = difference_at(base, head, rank), difference_at(base, head, pairs + 1 - rank)
    return Shift(bytes=middle, interval=Interval(low_bytes=low, high_bytes=high))
