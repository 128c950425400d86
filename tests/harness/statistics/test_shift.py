import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from membench.harness.statistics.shift import FEWEST_FOR_INTERVAL, estimate_shift

peaks = st.lists(st.integers(0, 10**9), min_size=1, max_size=8)
enough = st.lists(st.integers(0, 10**9), min_size=FEWEST_FOR_INTERVAL, max_size=8)


@given(peaks, peaks)
def test_swapping_the_sides_turns_the_sign(base: list[int], head: list[int]) -> None:
    there, back = estimate_shift(base, head), estimate_shift(head, base)
    assert abs(there.bytes + back.bytes) <= 1  # the middle of two may round either way


@pytest.mark.slow
@given(enough, enough)
def test_the_estimate_lies_in_its_interval(base: list[int], head: list[int]) -> None:
    shift = estimate_shift(base, head)
    assert shift.low_bytes is not None
    assert shift.high_bytes is not None
    assert shift.low_bytes <= shift.bytes <= shift.high_bytes


@pytest.mark.slow
@given(enough, enough, st.integers(0, 10**9))
def test_moving_every_peak_of_the_head_moves_the_shift_by_as_much(base: list[int], head: list[int], by: int) -> None:
    still, moved = estimate_shift(base, head), estimate_shift(base, [peak + by for peak in head])
    assert abs(moved.bytes - still.bytes - by) <= 1


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_peaks_without_spread_give_an_exact_shift(base: int, head: int) -> None:
    shift = estimate_shift([base] * 3, [head] * 3)
    assert (shift.bytes, shift.low_bytes, shift.high_bytes) == (head - base,) * 3
    assert shift.exact
    assert shift.significant is (head != base)


def test_with_too_few_repeats_there_is_no_interval_and_a_warning() -> None:
    shift = estimate_shift([1, 2, 3], [11, 12, 13])
    assert (shift.low_bytes, shift.high_bytes) == (None, None)
    assert not shift.significant
    assert "repeats" in shift.warnings[0]


def test_a_single_trial_on_each_side_is_not_called_exact() -> None:
    assert not estimate_shift([5], [9]).exact


def test_a_clear_rise_is_significant_and_noise_is_not() -> None:
    noise = [0, 30, 10, 20, 40, 15]
    assert estimate_shift(noise, [peak + 1000 for peak in noise]).significant
    assert not estimate_shift(noise, [peak + 5 for peak in reversed(noise)]).significant


def test_one_outlier_does_not_make_a_rise() -> None:
    assert not estimate_shift([100] * 6, [100] * 5 + [10**9]).significant


def test_an_empty_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        estimate_shift([], [1])


def test_peaks_in_two_levels_leave_the_shift_open_from_one_to_the_other() -> None:
    levels = [100, 150, 100, 150, 100, 150, 100]
    shift = estimate_shift(levels, levels)
    assert (shift.low_bytes, shift.bytes, shift.high_bytes) == (-50, 0, 50)


few_levels = st.lists(st.sampled_from([0, 10, 20, 100]), min_size=FEWEST_FOR_INTERVAL, max_size=8)


@given(few_levels, few_levels, st.integers(-480, 480).map(lambda quarters: quarters / 4))
def test_the_interval_holds_every_shift_that_the_test_does_not_reject(
    base: list[int], head: list[int], by: float
) -> None:
    shift = estimate_shift(base, head)
    moved = [peak - by for peak in head]
    if len({*moved, *base}) > 1 and mannwhitneyu(moved, base).pvalue > 0.05:
        assert shift.low_bytes is not None
        assert shift.high_bytes is not None
        assert shift.low_bytes <= by <= shift.high_bytes
