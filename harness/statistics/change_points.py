"""Where series of peaks come to a new level, decided run by run, with the false marks of all series controlled at once.

A mark once set stays: each run is judged when it is seen, by what came before it. The test of one series at one run is
one hypothesis of a stream. LOND (Javanmard and Montanari 2015) gives each its level: a share of `FALSE_SHARE` that
falls with the number of the run, divided by the number of series in it, times one more than the marks so far. So the
expected share of false ones among all marks stays below `FALSE_SHARE`, however many series and runs there are.

A series is divided where its sum of squares falls most, after a median of three has taken out single excursions, so
that a second run confirms what the first one showed. The shift in units of the noise is a Student t; its degrees of
freedom are those of an estimate from the median of the differences. A division is also refused where lone runs have
strayed as far so often that so many in a row are chance. Where a series has repeated to the byte, and no such series
ever had a run that strayed alone, one run is enough.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from membench.harness.statistics import levels
from membench.harness.statistics.levels import Counts, Floats
from membench.harness.statistics.segmentation import segment

FALSE_SHARE = 0.05  # of all marks
WINDOW = 100  # runs that are looked back on
SMALLEST_CHANGE_PAGES = 4  # less is not marked: a page more or less is chance
_NOISE_PAGES = 0.5  # at least, of a series that repeats to the byte
_FEWEST_RUNS = 4
_CALM_DIFFERENCES, _STEADY_DIFFERENCES = 5, 10  # before a series counts as one that repeats
_FREEDOM = 0.4  # degrees of freedom for each difference: the median is a third as efficient as the mean
_DECAY = 1.2  # of the levels with the number of the run
_DECAY_SUM = 5.5916  # of k ** -1.2 over all k, so that the levels of all runs add up to FALSE_SHARE
_POOLED_RUNS = 10  # that what is known of all series weighs in the rate of one
_SMALLEST_Z = 3.0  # below it no level that is ever used is reached
_BINS = 256  # sizes of excursions, eight to a doubling


class Mark(NamedTuple):
    """A new level."""

    series: int
    run: int  # the first one at the new level


class ChangeWatch:
    """Follows many series at once. Series are numbered from 0 in the order in which they are first seen."""

    def __init__(self, page_bytes: int) -> None:
        self._page = page_bytes
        self._values: Floats = np.empty((0, WINDOW))  # of the present level
        self._differences: Floats = np.empty((0, WINDOW))  # between neighbours of one level, of all levels
        self._counts: Counts = np.empty(0, dtype=np.int64)
        self._seen: Counts = np.empty((0, WINDOW), dtype=np.int64)  # the run of each value
        self._runs = 0
        self._marks = 0
        self._strayed: Counts = np.zeros(_BINS, dtype=np.int64)  # lone runs of calm series, by how far
        self._chances = 0  # for such a run to be seen

    def observe(self, run: int, series: Sequence[int], peaks: Sequence[int]) -> list[Mark]:
        """Take in the peaks of one run, in bytes, and return the new levels that it shows; `run` is its number."""
        if not series:
            return []
        rows = np.asarray(series, dtype=np.int64)
        self._grow(int(rows.max()) + 1)
        self._runs += 1
        newest = np.asarray(peaks, dtype=float)
        steps = np.abs(newest - self._values[rows, -1])
        values = levels.shifted(self._values[rows], newest)
        differences = levels.shifted(self._differences[rows], steps)
        counts = np.minimum(self._counts[rows] + 1, WINDOW)
        self._values[rows], self._differences[rows], self._counts[rows] = values, differences, counts
        self._seen[rows] = np.concatenate((self._seen[rows, 1:], np.full((len(rows), 1), run)), axis=1)
        judged = _Run(values, differences, counts, self._page)
        self._count_excursions(judged)
        level = FALSE_SHARE * self._runs**-_DECAY / _DECAY_SUM * (self._marks + 1) / len(rows)
        marks = [self._mark(int(rows[row]), newer) for row, newer in self._found(judged, level)]
        self._marks += len(marks)
        return marks

    def _mark(self, series: int, newer: int) -> Mark:
        """Begin a new level with so many of the newest values; the step to it is no noise."""
        self._values[series, : WINDOW - newer] = np.nan
        self._differences[series, WINDOW - newer] = np.nan
        self._counts[series] = newer
        return Mark(series, int(self._seen[series, WINDOW - newer]))

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Give all that is needed to go on later."""
        return {
            "values": self._values,
            "differences": self._differences,
            "counts": self._counts,
            "seen": self._seen,
            "strayed": self._strayed,
            "numbers": np.asarray([self._page, self._runs, self._marks, self._chances], dtype=np.int64),
        }

    @classmethod
    def resumed(cls, state: dict[str, NDArray[np.generic]]) -> "ChangeWatch":
        """Go on from a state."""
        page, runs, marks, chances = (int(number) for number in state["numbers"])
        watch = cls(page)
        watch._values, watch._differences = state["values"].astype(float), state["differences"].astype(float)
        watch._counts, watch._strayed = state["counts"].astype(np.int64), state["strayed"].astype(np.int64)
        watch._seen = state["seen"].astype(np.int64)
        watch._runs, watch._marks, watch._chances = runs, marks, chances
        return watch

    def _grow(self, size: int) -> None:
        more = size - len(self._counts)
        if more > 0:
            empty = np.full((more, WINDOW), np.nan)
            self._values = np.concatenate((self._values, empty))
            self._differences = np.concatenate((self._differences, empty))
            self._counts = np.concatenate((self._counts, np.zeros(more, dtype=np.int64)))
            self._seen = np.concatenate((self._seen, np.zeros((more, WINDOW), dtype=np.int64)))

    def _count_excursions(self, run: "_Run") -> None:
        seen = run.calm_before
        self._chances += int(seen.sum())
        far = run.excursions[seen, -1]
        np.add.at(self._strayed, _bins(far[far > 0], self._page), 1)

    def _found(self, run: "_Run", level: float) -> list[tuple[int, int]]:
        found = []
        for row in run.candidates():
            split = int(run.split.newer[row])
            older = int(run.counts[row]) - split
            if (
                run.probability(row) <= level
                and self._rate(run, row, run.split.shift[row]) ** min(split, older) <= level
            ):
                found.append((row, run.placed(row, level)))
            elif run.calm[row] and run.jump[row] >= run.smallest and self._rate(run, row, run.jump[row]) <= level:
                found.append((row, 1))
        return found

    def _rate(self, run: "_Run", row: int, shift: float) -> float:
        """Tell how often a lone run strays at least half as far: in this series, and where it is short, in all."""
        far = abs(shift) / 2
        pooled = int(self._strayed[int(_bins(np.asarray([far]), self._page)[0]) :].sum()) / max(self._chances, 1)
        own = int((run.excursions[row] >= far).sum())
        chances = max(int(run.counts[row]) - 2, 0)
        return (own + _POOLED_RUNS * pooled) / (chances + _POOLED_RUNS)


class _Run:
    """All series of one run, with what their recent values tell."""

    def __init__(self, values: Floats, differences: Floats, counts: Counts, page: int) -> None:
        self._filtered = levels.filtered(values, counts)
        self._known = np.isfinite(differences).sum(axis=1)
        self.counts = counts
        self.smallest = SMALLEST_CHANGE_PAGES * page
        self.excursions = np.nan_to_num(levels.excursions(values))
        self.split = levels.best_split(self._filtered, counts)
        self.jump = levels.lone_jump(values, counts)
        steps = np.nan_to_num(differences)
        # One difference may be that of the change itself.
        second = np.partition(steps, -2, axis=1)[:, -2]
        self.calm = ((self._known >= _CALM_DIFFERENCES) & (second == 0)) | (
            (self._known >= _STEADY_DIFFERENCES) & (second <= page)
        )
        self.calm_before = (
            (counts >= levels.FEWEST_TO_FILTER) & (self._known >= _CALM_DIFFERENCES) & (steps[:, :-2].max(axis=1) == 0)
        )
        self._noise = np.maximum(levels.noise(differences, self.excursions), _NOISE_PAGES * page)
        self._z = np.sqrt(self.split.gain) / self._noise

    def candidates(self) -> list[int]:
        """Find the rows that need a closer look."""
        moved = (np.abs(self.split.shift) >= self.smallest) & (self._z > _SMALLEST_Z) & (self.counts >= _FEWEST_RUNS)
        alone = self.calm & (self.jump >= self.smallest)
        return [int(row) for row in np.flatnonzero(moved | alone)]

    def probability(self, row: int) -> float:
        """Tell how likely noise alone divides a row so far, wherever its best division is."""
        from scipy.special import ndtr, stdtr  # noqa: PLC0415 - not before something has to be judged

        if self.counts[row] < _FEWEST_RUNS or abs(self.split.shift[row]) < self.smallest:
            return 1.0
        places = max(int(self.counts[row]) - 2, 1)
        freedom = max(1.0, _FREEDOM * float(self._known[row]))
        beyond = ndtr(-self._z[row]) if self.calm[row] else stdtr(freedom, -self._z[row])
        return min(1.0, 2 * places * float(beyond))

    def placed(self, row: int, level: float) -> int:
        """Count the values after the first change of the row's best division into any number of levels."""
        count = int(self.counts[row])
        # A change has to pay what the best division into two does at least, so that there is one.
        penalty = min(float(self.split.gain[row]) * (1 - 1e-9), (self._noise[row] * _quantile(level)) ** 2)
        starts = segment([float(value) for value in self._filtered[row, -count:]], penalty)
        return count - starts[0] if starts else int(self.split.newer[row])


def _quantile(level: float) -> float:
    from scipy.special import ndtri  # noqa: PLC0415 - as above

    return float(-ndtri(level / 2))


def _bins(sizes: Floats, page: int) -> Counts:
    """Number sizes from a quarter of a page upward; a size and one just below it may share a number."""
    steps = np.floor(8 * np.log2(np.maximum(sizes, 1.0) / page * 4))
    bins: Counts = np.clip(steps, 0, _BINS - 1).astype(np.int64)
    return bins
