"""The interval of a mean."""

from collections.abc import Sequence
from statistics import fmean, stdev

CONFIDENCE = 0.95
FEWEST_VALUES = 2


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """Give the interval that holds the mean of what the values were drawn from, at 95 % (Student's t).

    Raises:
        ValueError: fewer than two values, which say nothing about how far they spread.
    """
    from scipy.stats import t  # noqa: PLC0415 - most of a second

    if len(values) < FEWEST_VALUES:
        raise ValueError(f"an interval takes at least {FEWEST_VALUES} values, not {len(values)}")
    margin = float(t.ppf((1 + CONFIDENCE) / 2, len(values) - 1)) * stdev(values) / len(values) ** 0.5
    mean = fmean(values)
    return mean - margin, mean + margin
