from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from membench.harness.statistics.change_points import ChangeWatch, Mark

PAGE = 4096
MIB = 1024 * 1024
Table = NDArray[np.float64]
Marked = tuple[int, int, int]  # the series, the first run at its new level, the run that showed it


def marks(table: Table | Sequence[Sequence[float]]) -> list[Marked]:
    """Watch all rows of a table, one column after the other."""
    watch = ChangeWatch(PAGE)
    rows = np.asarray(table, dtype=float)
    return [
        (mark.series, mark.run, run)
        for run, peaks in enumerate(rows.T)
        for mark in watch.observe(run, range(len(rows)), [int(peak) for peak in peaks])
    ]


def test_a_step_up_and_one_down_are_found_where_they_begin() -> None:
    assert marks([[60 * MIB] * 10 + [62 * MIB] * 8 + [61 * MIB] * 5]) == [(0, 10, 10), (0, 18, 18)]


def test_16_kib_at_the_newest_of_six_equal_runs_are_found() -> None:
    assert marks([[60 * MIB] * 5 + [60 * MIB + 16 * 1024]]) == [(0, 5, 5)]


def test_in_noise_a_second_run_confirms_the_first() -> None:
    draw = np.random.default_rng(1)
    peaks = 60 * MIB + draw.normal(size=40) * 10 * PAGE
    peaks[30:] += 20 * MIB
    ((_, start, shown),) = marks([peaks])
    assert (start, shown) == (30, 31)


def test_an_excursion_is_no_level() -> None:
    draw = np.random.default_rng(1)
    peaks = 60 * MIB + draw.normal(size=40) * 10 * PAGE
    peaks[30] += 20 * MIB
    assert marks([peaks]) == []


def test_a_page_more_or_less_is_no_change() -> None:
    assert marks([[60 * MIB, 60 * MIB + PAGE] * 10]) == []


@pytest.mark.parametrize("peaks", [[5], [5, 5, 5], [5, 900 * MIB]])
def test_what_is_too_short_has_not_changed(peaks: list[int]) -> None:
    assert marks([peaks]) == []


def test_a_run_without_series_is_passed_over() -> None:
    assert ChangeWatch(PAGE).observe(1, [], []) == []


def test_a_series_may_miss_runs() -> None:
    watch = ChangeWatch(PAGE)
    found: list[Mark] = []
    for run in range(20):
        if run % 3:
            found += watch.observe(run, [7], [60 * MIB if run < 11 else 62 * MIB])
    assert found == [Mark(series=7, run=11)]


series = st.lists(st.integers(0, 40).map(lambda pages: 10_000 * PAGE + pages * PAGE), min_size=1, max_size=30)


@settings(max_examples=50)
@given(series, st.integers(1, 20))
def test_a_watch_that_was_put_away_goes_on_as_if_it_had_not_been(peaks: list[int], pause: int) -> None:
    watch, found = ChangeWatch(PAGE), []
    for run, peak in enumerate(peaks):
        if run == pause:
            watch = ChangeWatch.resumed({name: array.copy() for name, array in watch.state().items()})
        found += [(mark.series, mark.run, run) for mark in watch.observe(run, [0], [peak])]
    assert found == marks([peaks])


@settings(max_examples=50)
@given(series, st.integers(1, 30))
def test_later_runs_change_no_mark(peaks: list[int], length: int) -> None:
    assert [mark for mark in marks([peaks]) if mark[2] < length] == marks([peaks[:length]])


def _pages(table: Table) -> Table:
    return np.round(table / PAGE) * PAGE


def _gauss(draw: np.random.Generator, rows: int, runs: int) -> Table:
    scale = np.exp(draw.uniform(np.log(PAGE / 4), np.log(100 * PAGE), (rows, 1)))
    return _pages(draw.uniform(2e7, 1e9, (rows, 1)) + draw.normal(size=(rows, runs)) * scale)


def _heavy(draw: np.random.Generator, rows: int, runs: int) -> Table:
    scale = np.exp(draw.uniform(np.log(2 * PAGE), np.log(100 * PAGE), (rows, 1)))
    return _pages(draw.uniform(2e7, 1e9, (rows, 1)) + draw.standard_t(3, size=(rows, runs)) * scale)


def _outliers(draw: np.random.Generator, rows: int, runs: int) -> Table:
    far = np.where(draw.random((rows, runs)) < 0.05, draw.normal(size=(rows, runs)) * 20 * PAGE, 0)
    return _pages(draw.uniform(2e7, 1e9, (rows, 1)) + far)


def _mixed(draw: np.random.Generator, rows: int, runs: int) -> Table:
    kinds: list[Callable[[np.random.Generator, int, int], Table]] = [_gauss, _gauss, _heavy, _outliers]
    return np.concatenate([kind(draw, rows // 4, runs) for kind in kinds])


@pytest.mark.slow
@pytest.mark.parametrize("noise", [_gauss, _heavy])
def test_1000_series_of_noise_over_50_runs_have_no_mark(
    noise: Callable[[np.random.Generator, int, int], Table],
) -> None:
    assert marks(noise(np.random.default_rng(7), 1000, 50)) == []


@pytest.mark.slow
def test_at_most_5_percent_of_all_marks_are_false() -> None:
    table = _mixed(np.random.default_rng(7), 1000, 50)
    changed = range(0, 1000, 20)
    table[changed, 30:] += np.maximum(table[changed, 30:] * 0.05, 2 * MIB)
    found = marks(table)
    false = [mark for mark in found if mark[0] not in changed or abs(mark[1] - 30) > 1]
    assert len({mark[0] for mark in found} & set(changed)) >= 40
    assert len(false) <= 0.05 * len(found)
