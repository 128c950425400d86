"""What a table of recent values tells about its rows: their noise, their excursions and their best division in two.

A row has its newest value on the right and NaN where it has no value yet. All rows are worked on at once.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_MAD_TO_SIGMA = 1.4826  # of a normal distribution
# The largest and the second largest excursion of normal noise lie about that many standard deviations out.
_LARGEST_EXCURSION, _SECOND_EXCURSION = 3.0, 2.0
FEWEST_TO_FILTER = 3


class Split(NamedTuple):
    """The best division of each row into older and newer values."""

    gain: Floats  # by how much it lowers the sum of squares; 0 where there is none
    newer: Counts  # how many values come after it, at least two
    shift: Floats  # how far the mean of the newer lies from that of the older


def shifted(table: Floats, values: Floats) -> Floats:
    """Append one value to each row; the oldest one leaves."""
    return np.concatenate((table[:, 1:], values[:, None]), axis=1)


def filtered(table: Floats, counts: Counts) -> Floats:
    """Replace each value by the median of it and its two neighbours: steps stay, single excursions go.

    The first and the last value take the median of the first and the last three.
    """
    middle = _median_of_three(table[:, :-2], table[:, 1:-1], table[:, 2:])
    result = np.concatenate((table[:, :1], middle, middle[:, -1:]), axis=1)
    long = np.flatnonzero(counts >= FEWEST_TO_FILTER)
    oldest = table.shape[1] - counts[long]
    result[long, oldest] = result[long, oldest + 1]
    short = counts < FEWEST_TO_FILTER
    result[short] = table[short]
    return result


def _median_of_three(one: Floats, two: Floats, three: Floats) -> Floats:
    middle: Floats = np.maximum(np.minimum(one, two), np.minimum(np.maximum(one, two), three))
    return middle


def excursions(table: Floats) -> Floats:
    """Tell how far each value but the first and the last lies beyond both of its neighbours; 0 between them."""
    before, after = table[:, 1:-1] - table[:, :-2], table[:, 1:-1] - table[:, 2:]
    beyond: Floats = np.where(before * after > 0, np.minimum(np.abs(before), np.abs(after)), 0.0)
    return beyond


def noise(differences: Floats, out: Floats) -> Floats:
    """Estimate the standard deviation within a level, from how far neighbours differ and from the largest excursions.

    The median takes no notice of the few differences that span a change. The excursions take notice of rare, far
    outliers, which the median does not.
    """
    ordered = np.sort(differences, axis=1)  # NaN last
    known = np.isfinite(differences).sum(axis=1)
    rows = np.arange(len(ordered))
    upper = ordered[rows, np.minimum(known // 2, ordered.shape[1] - 1)]
    lower = ordered[rows, np.maximum((known - 1) // 2, 0)]
    middle = np.where(known > 0, (lower + np.where(known % 2 == 1, lower, upper)) / 2, 0.0)
    largest = np.sort(out, axis=1)
    tail = np.maximum(largest[:, -1] / _LARGEST_EXCURSION, largest[:, -2] / _SECOND_EXCURSION)
    result: Floats = np.maximum(_MAD_TO_SIGMA * middle / np.sqrt(2), tail)
    return result


def best_split(table: Floats, counts: Counts) -> Split:
    """Divide each row in two so that the sum of squares is least; at least two values are newer."""
    width = table.shape[1]
    known = np.arange(width)[::-1] < counts[:, None]
    # Near 0, where the sums keep their digits.
    centred = np.where(known, table - np.where(counts > 0, table[:, -1], 0.0)[:, None], 0.0)
    sums = np.cumsum(centred[:, ::-1], axis=1)
    total, newer_sums = sums[:, -1:], sums[:, :-1]
    newer = np.arange(1, width)[None, :]
    older = counts[:, None] - newer
    possible = (older >= 1) & (newer >= 2)  # noqa: PLR2004 - a single value is judged by another rule
    shift = newer_sums / newer - (total - newer_sums) / np.maximum(older, 1)
    gain = np.where(possible, shift**2 * newer * older / np.maximum(counts, 1)[:, None], 0.0)
    place = gain.argmax(axis=1)
    rows = np.arange(len(table))
    return Split(gain=gain[rows, place], newer=place + 1, shift=shift[rows, place])


def lone_jump(table: Floats, counts: Counts) -> Floats:
    """Tell how far the newest value lies outside all others of its row; 0 where it lies among them."""
    known = np.arange(table.shape[1])[::-1] < counts[:, None]
    known[:, -1] = False
    lowest = np.where(known, table, np.inf).min(axis=1)
    highest = np.where(known, table, -np.inf).max(axis=1)
    newest = table[:, -1]
    jump: Floats = np.where(counts > 1, np.maximum(np.maximum(lowest - newest, newest - highest), 0.0), 0.0)
    return jump
