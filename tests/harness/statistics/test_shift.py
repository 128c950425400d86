from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.statistics.shift import FEWEST_FOR_INTERVAL, Interval, estimate_shift

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
    assert shift.interval is not None
    assert shift.interval.low_bytes <= shift.bytes <= shift.interval.high_bytes


@pytest.mark.slow
@given(enough, enough, st.integers(0, 10**9))
def test_moving_every_peak_of_the_head_moves_the_shift_by_as_much(base: list[int], head: list[int], by: int) -> None:
    still, moved = estimate_shift(base, head), estimate_shift(base, [peak + by for peak in head])
    assert abs(moved.bytes - still.bytes - by) <= 1


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(2, 4))
def test_several_repeats_that_agree_give_an_exact_shift(base: int, head: int, repeats: int) -> None:
    shift = estimate_shift([base] * repeats, [head] * repeats)
    assert shift.bytes == head - base
    assert shift.interval == Interval(low_bytes=head - base, high_bytes=head - base)
    assert shift.repeats_agree
    assert shift.significant is (head != base)


def test_with_too_few_repeats_there_is_no_interval_and_a_warning() -> None:
    shift = estimate_shift([1, 2, 3], [11, 12, 13])
    assert shift.interval is None
    assert not shift.significant
    assert "repeats" in shift.warnings[0]


@pytest.mark.parametrize(("base", "head"), [([5], [9]), ([5], [9] * 40), ([5] * 40, [9])])
def test_a_single_trial_is_neither_exact_nor_significant(base: list[int], head: list[int]) -> None:
    shift = estimate_shift(base, head)
    assert (shift.bytes, shift.interval, shift.repeats_agree, shift.significant) == (4, None, False, False)
    assert shift.warnings == ("a single trial shows no spread",)


def test_a_clear_rise_is_significant_and_noise_is_not() -> None:
    noise = [0, 30, 10, 20, 40, 15]
    assert estimate_shift(noise, [peak + 1000 for peak in noise]).significant
    assert not estimate_shift(noise, [peak + 5 for peak in reversed(noise)]).significant


def test_one_outlier_does_not_make_a_rise() -> None:
    shift = estimate_shift([100] * 6, [100] * 5 + [10**9])
    assert not shift.significant
    assert not shift.repeats_agree


def test_an_empty_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        estimate_shift([], [1])


def test_peaks_in_two_levels_leave_the_shift_open_from_one_to_the_other() -> None:
    levels = [100, 150, 100, 150, 100, 150, 100]
    shift = estimate_shift(levels, levels)
    assert (shift.bytes, shift.interval) == (0, Interval(low_bytes=-50, high_bytes=50))


distinct = st.lists(st.integers(0, 60), min_size=FEWEST_FOR_INTERVAL, max_size=5, unique=True)


@given(distinct, distinct, st.integers(-125, 125).map(lambda halves: halves / 2))
def test_the_interval_is_what_a_rank_test_does_not_reject(base: list[int], head: list[int], by: float) -> None:
    """By definition: every shift by which the head can be moved back so that the ranks are no surprise at 5 %."""
    moved = [peak - by for peak in head]
    if set(moved) & set(base):
        return  # between two neighbouring differences all shifts are alike; at one of them, ranks are not defined
    below = sum(one < other for one in moved for other in base)
    orders = [
        sum(place - index for index, place in enumerate(places))
        for places in combinations(range(len(base) + len(head)), len(base))
    ]
    surprise = min(sum(order <= below for order in orders), sum(order >= below for order in orders))
    rejected = surprise * 40 <= comb(len(base) + len(head), len(base))
    interval = estimate_shift(base, head).interval
    assert interval is not None
    assert (interval.low_bytes <= by <= interval.high_bytes) is not rejected
