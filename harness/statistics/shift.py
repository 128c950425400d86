"""How far one sample's peaks lie from another's, with an interval where one can be had.

The shift is the Hodges-Lehmann estimate, the median of all pairwise differences; its interval holds every
shift that a two-sided Mann-Whitney test does not reject (Hollander, Wolfe and Chicken, Nonparametric
Statistical Methods, section 4.3). Peaks are neither normal nor free of outliers, so ranks it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

CONFIDENCE = 0.95
FEWEST_FOR_INTERVAL = 4  # with 3 against 3 the smallest possible p is 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Head minus base in bytes; `low` and `high` are equal where every repeat gave the same peak."""

    bytes: int
    low_bytes: int | None
    high_bytes: int | None
    exact: bool  # neither sample has any spread
    warnings: tuple[str, ...] = ()

    @property
    def significant(self) -> bool:
        """Whether the interval leaves out 0; a shift without an interval is never significant."""
        return (
            self.low_bytes is not None and self.high_bytes is not None and (self.low_bytes > 0 or self.high_bytes < 0)
        )


def estimate_shift(base: Sequence[int], head: Sequence[int]) -> Shift:
    """Estimate the shift from one sample of peaks to another.

    Raises:
        ValueError: a sample is empty.
    """
    if not base or not head:
        raise ValueError("a shift needs at least one peak on each side")
    differences = sorted(there - here for here in base for there in head)
    middle = round(median(differences))
    if differences[0] == differences[-1]:
        single = () if min(len(base), len(head)) > 1 else ("a single trial shows no spread",)
        return Shift(bytes=middle, low_bytes=middle, high_bytes=middle, exact=not single, warnings=single)
    if min(len(base), len(head)) < FEWEST_FOR_INTERVAL:
        warning = f"an interval at 95 % needs {FEWEST_FOR_INTERVAL} repeats on each side"
        return Shift(bytes=middle, low_bytes=None, high_bytes=None, exact=False, warnings=(warning,))
    low, high = _interval(base, head, differences)
    return Shift(bytes=middle, low_bytes=low, high_bytes=high, exact=False)


def _interval(base: Sequence[int], head: Sequence[int], differences: Sequence[int]) -> tuple[int, int]:
    """Leave out as many differences at each end as the test rejects as shifts."""
    from scipy.stats import mannwhitneyu  # noqa: PLC0415 - most of a second, and only needed where there is spread

    def accepted(shift: float) -> bool:
        moved = [peak - shift for peak in head]
        if set(moved) == set(base) and len(set(moved)) == 1:
            return True
        p_value: float = mannwhitneyu(moved, base, alternative="two-sided").pvalue
        return p_value > 1 - CONFIDENCE

    # Between two neighbouring differences the order of the peaks stays the same, so that one shift there stands for
    # all. Where peaks come in a few levels, those in between are accepted though neither end is.
    distinct = sorted(set(differences))
    spans = [(shift, shift) for shift in distinct] + list(pairwise(distinct))
    # From either end to the first that is accepted: what lies in the middle need not be asked for.
    low = next((ends[0] for ends in sorted(spans) if accepted(sum(ends) / 2)), differences[0])
    high = next((ends[1] for ends in sorted(spans, reverse=True) if accepted(sum(ends) / 2)), differences[-1])
    return low, high
