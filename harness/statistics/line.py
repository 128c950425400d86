"""Fits a straight line to peaks against sizes, and checks whether it is one."""

from collections.abc import Sequence
from dataclasses import dataclass

from membench.harness.units import KIB

CONFIDENCE = 0.95
FEWEST_POINTS = 3  # two points leave no freedom to be off the line
STRAIGHT_SHARE = 0.02  # of the rise over all sizes
STRAIGHT_BYTES = 128 * KIB  # what allocators take and give back in steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`peak = intercept + slope * size`, in bytes; the interval of the slope is at 95 %."""

    intercept_bytes: float
    slope_bytes: float
    slope_low: float
    slope_high: float
    largest_residual_bytes: float  # how far the farthest point lies off the line
    straight: bool


def fit_line(sizes: Sequence[int], peaks: Sequence[int]) -> Line:
    """Fit by least squares.

    Raises:
        ValueError: fewer than three different sizes.
    """
    from scipy.stats import linregress, t  # noqa: PLC0415 - most of a second

    if len(set(sizes)) < FEWEST_POINTS:
        raise ValueError(f"a line takes at least {FEWEST_POINTS} different sizes, not {len(set(sizes))}")
    fit = linregress([float(size) for size in sizes], [float(peak) for peak in peaks])
    # Peaks that are all the same have no correlation with anything, and so no error that could be computed.
    error = float(fit.stderr) if len(set(peaks)) > 1 else 0.0
    margin = float(t.ppf((1 + CONFIDENCE) / 2, len(sizes) - 2)) * error
    slope, intercept = float(fit.slope), float(fit.intercept)
    farthest = max(abs(peak - intercept - slope * size) for size, peak in zip(sizes, peaks, strict=True))
    return Line(
        intercept_bytes=intercept,
        slope_bytes=slope,
        slope_low=slope - margin,
        slope_high=slope + margin,
        largest_residual_bytes=farthest,
        straight=farthest <= max(STRAIGHT_BYTES, STRAIGHT_SHARE * (max(peaks) - min(peaks))),
    )
