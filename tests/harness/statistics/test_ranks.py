"""Ranks against their definition, where all orders can be listed, and for samples that nobody would list."""

import tracemalloc
from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.statistics import ranks
from membench.harness.statistics.ranks import bounding_rank, difference_at, smallest_error
from membench.harness.statistics.shift import estimate_shift

counts = st.integers(1, 5)
errors = st.sampled_from([Fraction(1, 20), Fraction(1, 40), Fraction(1, 4), Fraction(1, 200), Fraction(1, 3)])


@given(counts, counts, errors)
def test_a_rank_bounds_a_shift_with_just_the_error_that_is_let_pass(base: int, head: int, error: Fraction) -> None:
    orders = [
        sum(place - index for index, place in enumerate(places)) for places in combinations(range(base + head), base)
    ]

    def wrong(rank: int) -> Fraction:
        return Fraction(sum(order < rank for order in orders), len(orders))

    rank = bounding_rank(base, head, error)
    if rank is None:
        assert wrong(1) > error
    else:
        assert wrong(rank) <= error < wrong(rank + 1)


@given(st.integers(1, 40), st.integers(1, 40))
def test_the_smallest_error_is_what_a_bound_at_the_outermost_difference_has(base: int, head: int) -> None:
    error = smallest_error(base, head)
    assert error == Fraction(1, comb(base + head, base))
    assert bounding_rank(base, head, error) == 1
    assert bounding_rank(base, head, error * Fraction(99, 100)) is None


peaks = st.lists(st.integers(0, 100), min_size=1, max_size=9)


@given(peaks, peaks)
def test_the_difference_at_each_rank_is_that_of_the_sorted_list(base: list[int], head: list[int]) -> None:
    listed = sorted(there - here for here in base for there in head)
    found = [difference_at(sorted(base), sorted(head), rank) for rank in range(1, len(listed) + 1)]
    assert found == listed


@pytest.mark.parametrize("error", [Fraction(1, 20), Fraction(1, 40), Fraction(1, 20_000)])
def test_where_orders_are_not_counted_the_bound_is_as_safe_and_hardly_wider(
    error: Fraction, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = bounding_rank(50, 50, error)
    monkeypatch.setattr(ranks, "MOST_PAIRS_COUNTED", 0)
    bounding_rank.cache_clear()
    estimated = bounding_rank(50, 50, error)
    bounding_rank.cache_clear()
    assert counted is not None
    assert estimated is not None
    assert counted - 20 <= estimated <= counted


def test_ten_thousand_peaks_against_ten_thousand_take_no_product_of_them() -> None:
    base = [number * 7919 % 1_000_003 for number in range(10_000)]
    tracemalloc.start()
    shift = estimate_shift(base, [peak + 500 for peak in base])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * 1024 * 1024
    assert shift.bytes == 500
    assert shift.interval is not None
    assert -20_000 < shift.interval.low_bytes < 500 < shift.interval.high_bytes < 20_000
