from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.reports.charts.labels import arrange_flags, spread_apart, widened

_PLACES = st.floats(0, 400)


def test_a_lone_flag_stands_to_the_right_of_its_pole_in_the_lowest_row() -> None:
    (flag,) = arrange_flags([100.0], [80.0], limit=400)
    assert (flag.row, flag.left) == (0, 100.0)


def test_a_flag_at_the_right_end_turns_to_the_left() -> None:
    (flag,) = arrange_flags([390.0], [80.0], limit=400)
    assert flag.right == 390.0


@given(st.lists(_PLACES, min_size=1, max_size=4))
def test_up_to_four_flags_never_overlap(poles: list[float]) -> None:
    flags = arrange_flags(poles, [90.0] * len(poles), limit=400)
    for one, other in combinations(flags, 2):
        assert one.row != other.row or one.right <= other.left or other.right <= one.left


def test_two_close_poles_at_the_right_end_do_not_cross_a_label() -> None:
    one, other = arrange_flags([380.0, 390.0], [90.0, 90.0], limit=400)
    assert not one.clashes_with(other)


def test_many_flags_are_stacked_one_a_row() -> None:
    flags = arrange_flags([10.0 * number for number in range(8)], [90.0] * 8, limit=400)
    assert sorted(flag.row for flag in flags) == list(range(8))


@given(st.lists(st.floats(0, 1000), max_size=6))
def test_places_are_a_gap_apart_and_never_lowered(places: list[float]) -> None:
    raised = spread_apart(places, 26.0, lowest=0.0)
    assert all(after >= before for before, after in zip(places, raised, strict=True))
    assert all(above - below >= 26.0 - 1e-6 for below, above in pairwise(sorted(raised)))


_LABELS = st.lists(st.tuples(st.floats(-100, 100), st.floats(0.01, 0.3)), max_size=6)


@given(_LABELS, _LABELS)
def test_an_axis_is_widened_until_every_label_fits(
    to_right: list[tuple[float, float]], to_left: list[tuple[float, float]]
) -> None:
    low, high = widened(-100, 100, to_right=to_right, to_left=to_left)
    span = high - low
    assert low <= -100
    assert high >= 100
    assert all(value + share * span <= high + 0.01 * span for value, share in to_right)
    assert all(value - share * span >= low - 0.01 * span for value, share in to_left)


def test_an_axis_with_room_enough_stays_as_it_is() -> None:
    assert widened(0, 10, to_right=[(5, 0.2)], to_left=[]) == pytest.approx((0, 10))
