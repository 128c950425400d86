import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.statistics.line import fit_line

sizes = st.lists(st.integers(1, 1000), min_size=3, max_size=8, unique=True)


@given(sizes, st.integers(0, 10**8), st.integers(-(10**4), 10**4))
def test_points_on_a_line_give_that_line_back(sizes: list[int], intercept: int, slope: int) -> None:
    line = fit_line(sizes, [intercept + slope * size for size in sizes])
    rounding = 0.01  # of a byte a team: floats of a thousand million are no finer
    assert line.slope_bytes == pytest.approx(slope, abs=rounding)
    assert line.straight
    assert line.slope_low - rounding <= slope <= line.slope_high + rounding


def test_a_curve_is_said_to_be_none() -> None:
    squares = [1, 1_000, 10_000, 100_000]
    assert not fit_line(squares, [size * size for size in squares]).straight


def test_the_interval_holds_zero_where_there_is_no_slope() -> None:
    line = fit_line([1, 10, 100, 1000], [5000, 5010, 4990, 5003])
    assert line.slope_low <= 0 <= line.slope_high


def test_two_sizes_make_no_line() -> None:
    with pytest.raises(ValueError, match="at least 3"):
        fit_line([1, 2, 2], [1, 2, 3])
