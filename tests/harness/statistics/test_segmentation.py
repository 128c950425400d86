from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.statistics.segmentation import segment

values = st.lists(st.integers(-1000, 1000).map(lambda number: number / 4), min_size=2, max_size=60)


def cost(series: list[float], changes: list[int], penalty: float) -> float:
    cuts = [0, *changes, len(series)]
    pieces = [np.asarray(series[start:end]) for start, end in pairwise(cuts)]
    return sum(float(((piece - piece.mean()) ** 2).sum()) for piece in pieces) + penalty * len(changes)


@given(values, st.floats(0.1, 1e5))
def test_it_is_as_good_as_the_best_that_ruptures_finds(series: list[float], penalty: float) -> None:
    ruptures = pytest.importorskip("ruptures", reason="ruptures has no wheels beyond Python 3.13")
    found = segment(series, penalty)
    theirs = ruptures.Pelt(model="l2", min_size=1, jump=1).fit(np.asarray(series)).predict(pen=penalty)[:-1]
    assert cost(series, found, penalty) == pytest.approx(cost(series, theirs, penalty), abs=1e-6)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=9), st.floats(0.1, 10))
def test_no_other_division_is_better(series: list[int], penalty: float) -> None:
    numbers = [float(value) for value in series]
    places = range(1, len(numbers))
    divisions = [[place for place in places if mask >> (place - 1) & 1] for mask in range(2 ** len(places))]
    least = min(cost(numbers, changes, penalty) for changes in divisions)
    assert cost(numbers, segment(numbers, penalty), penalty) == pytest.approx(least, abs=1e-9)


@given(values, st.floats(0.1, 1e5), st.integers(-(2**40), 2**40))
def test_where_the_levels_lie_does_not_matter(series: list[float], penalty: float, offset: int) -> None:
    moved = segment([value + offset for value in series], penalty)
    assert cost(series, moved, penalty) == pytest.approx(cost(series, segment(series, penalty), penalty), abs=1e-3)


@pytest.mark.parametrize(("series", "found"), [([], []), ([5.0], []), ([1.0, 1.0, 9.0, 9.0], [2])])
def test_short_series(series: list[float], found: list[int]) -> None:
    assert segment(series, 1.0) == found


@pytest.mark.parametrize(("series", "penalty"), [([1.0, float("nan")], 1.0), ([1.0, 2.0], -1.0)])
def test_what_cannot_be_divided_is_an_error(series: list[float], penalty: float) -> None:
    with pytest.raises(ValueError, match=r"finite|at least 0"):
        segment(series, penalty)
