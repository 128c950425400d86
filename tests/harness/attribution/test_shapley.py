"""Laws of the division, on peaks of any kind."""

from collections.abc import Mapping, Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.attribution.shapley import (
    NOTHING,
    Combination,
    InteractionKind,
    combinations_of,
    cumulative,
    estimate_shapley,
    full_factorial,
    interactions,
    leave_one_out,
    one_at_a_time,
    sampled_orders,
    shapley_values,
    shares,
)

SWITCHES = ("a", "b", "c", "d")
EVERY = frozenset(SWITCHES)


def widest(values: Sequence[float]) -> tuple[float, float]:
    return min(values), max(values)


all_peaks = st.lists(st.integers(0, 2**40), min_size=16, max_size=16).map(
    lambda sizes: dict(zip(full_factorial(SWITCHES), sizes, strict=True))
)


@given(all_peaks)
def test_the_values_add_up_to_the_whole_saving_to_the_byte(peaks: Mapping[Combination, int]) -> None:
    values = shapley_values(SWITCHES, peaks)
    assert values is not None
    assert sum(values.values()) == peaks[NOTHING] - peaks[EVERY]


@given(all_peaks)
def test_the_order_of_the_switches_does_not_matter_beyond_rounding(peaks: Mapping[Combination, int]) -> None:
    there, back = shapley_values(SWITCHES, peaks), shapley_values(SWITCHES[::-1], peaks)
    assert there is not None
    assert back is not None
    assert all(abs(there[switch] - back[switch]) <= 1 for switch in SWITCHES)


@given(st.lists(st.integers(-(2**30), 2**30), min_size=4, max_size=4))
def test_savings_that_do_not_touch_each_other_are_given_back_as_they_are(savings: list[int]) -> None:
    saving = dict(zip(SWITCHES, savings, strict=True))
    peaks = {
        combination: 2**40 - sum(saving[switch] for switch in combination) for combination in full_factorial(SWITCHES)
    }
    assert shapley_values(SWITCHES, peaks) == saving
    assert all(pair.bytes == 0 for pair in interactions(SWITCHES, peaks))
    for share in shares(SWITCHES, SWITCHES, peaks):
        assert {share.alone_bytes, share.leave_one_out_bytes, share.cumulative_bytes} == {saving[share.switch]}


def test_switches_that_replace_each_other_share_what_any_of_them_saves() -> None:
    peaks = {combination: 100 if combination & {"a", "b", "c"} else 1000 for combination in full_factorial(SWITCHES)}
    assert shapley_values(SWITCHES, peaks) == {"a": 300, "b": 300, "c": 300, "d": 0}
    by_pair = {(pair.first, pair.second): pair for pair in interactions(SWITCHES, peaks)}
    assert by_pair["a", "b"].bytes < 0
    assert by_pair["a", "b"].kind(10) is InteractionKind.REPLACE
    assert by_pair["a", "d"].bytes == 0
    assert by_pair["a", "d"].kind(10) is InteractionKind.INDEPENDENT
    first = shares(SWITCHES, SWITCHES, peaks)[0]
    assert (first.alone_bytes, first.leave_one_out_bytes) == (900, 0)


def test_switches_that_need_each_other_have_a_positive_interaction() -> None:
    peaks = {combination: 100 if {"a", "b"} <= combination else 1000 for combination in full_factorial(SWITCHES)}
    pair = interactions(SWITCHES, peaks)[0]
    assert (pair.first, pair.second) == ("a", "b")
    assert pair.bytes > 0
    assert pair.kind(10) is InteractionKind.NEED


def test_with_a_combination_missing_there_is_what_can_be_had_and_no_more() -> None:
    peaks = dict.fromkeys(full_factorial(SWITCHES), 50)
    del peaks[frozenset({"a"})]
    assert shapley_values(SWITCHES, peaks) is None
    assert interactions(SWITCHES, peaks) == []
    first, second, *_ = shares(SWITCHES, SWITCHES, peaks)
    assert (first.alone_bytes, first.leave_one_out_bytes) == (None, 0)
    assert second.alone_bytes == 0
    assert second.shapley_bytes is None


def test_each_design_has_the_combinations_that_its_figures_take() -> None:
    assert len(full_factorial([str(number) for number in range(7)])) == 128
    assert len(one_at_a_time(SWITCHES)) == 5
    assert len(leave_one_out(SWITCHES)) == 6
    assert cumulative("abcd")[2] == frozenset("ab")


@given(all_peaks)
def test_over_all_orders_the_estimate_is_the_exact_value(peaks: Mapping[Combination, int]) -> None:
    exact = shapley_values(SWITCHES, peaks)
    assert exact is not None
    orders = [order for drawn in permutations(SWITCHES) for order in (drawn, drawn[::-1])]
    for estimate in estimate_shapley(SWITCHES, orders, peaks, widest):
        assert estimate.shapley_bytes is not None
        assert abs(estimate.shapley_bytes - exact[estimate.switch]) <= 1


@given(all_peaks, st.integers(2, 6), st.integers(0, 5))
def test_estimates_add_up_to_the_whole_saving_and_lie_in_their_intervals(
    peaks: Mapping[Combination, int], pairs: int, seed: int
) -> None:
    found = estimate_shapley(SWITCHES, sampled_orders(SWITCHES, pairs, seed), peaks, widest)
    assert sum(one.shapley_bytes or 0 for one in found) == peaks[NOTHING] - peaks[EVERY]
    assert all((one.low_bytes or 0) <= (one.shapley_bytes or 0) <= (one.high_bytes or 0) for one in found)


def test_a_missing_peak_takes_the_estimates_that_need_it_and_no_others() -> None:
    orders = [("a", "b", "c", "d"), ("d", "c", "b", "a")]
    peaks = {combination: 100 - 10 * len(combination) for combination in combinations_of(orders)}
    del peaks[frozenset({"a"})]
    found = {one.switch: one.shapley_bytes for one in estimate_shapley(SWITCHES, orders, peaks, widest)}
    assert found == {"a": None, "b": None, "c": 10, "d": 10}


@pytest.mark.parametrize("pairs", [2, 5, 8])
def test_sampled_orders_are_permutations_each_followed_by_its_reverse(pairs: int) -> None:
    orders = sampled_orders(SWITCHES, pairs)
    assert orders == sampled_orders(SWITCHES, pairs)
    assert orders != sampled_orders(SWITCHES, pairs, seed=1)
    assert len(orders) == 2 * pairs
    assert all(sorted(order) == sorted(SWITCHES) for order in orders)
    assert all(back == there[::-1] for there, back in zip(orders[::2], orders[1::2], strict=True))
    assert {NOTHING, EVERY} <= set(combinations_of(orders))


def test_of_thirty_switches_no_combinations_are_listed_to_find_that_some_are_missing() -> None:
    many = [str(number) for number in range(30)]
    assert shapley_values(many, {NOTHING: 1}) is None
    assert interactions(many, {NOTHING: 1}) == []
