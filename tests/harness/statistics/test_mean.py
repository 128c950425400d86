"""The interval of a mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from membench.harness.statistics.mean import mean_interval


def test_it_is_that_of_student() -> None:
    values = [1.0, 2.0, 4.0, 8.0]
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert mean_interval(values) == pytest.approx((expected.low, expected.high))


@given(st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=20))
def test_the_mean_is_within(values: list[float]) -> None:
    low, high = mean_interval(values)
    middle = sum(values) / len(values)
    assert low <= middle + 1e-3
    assert high >= middle - 1e-3


def test_values_that_are_all_the_same_leave_no_doubt() -> None:
    assert mean_interval([5.0, 5.0]) == (5.0, 5.0)


def test_one_value_has_no_interval() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        mean_interval([1.0])
