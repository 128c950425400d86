"""Plans for any switches, and what is made of the peaks that came back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.attribution.division import Design, Division, Plan, make_plan
from membench.harness.attribution.shapley import MOST_FOR_FACTORIAL, NOTHING, Combination
from membench.harness.errors import UsageError

ABC = ("a", "b", "c")
MANY = tuple(f"switch-{number}" for number in range(MOST_FOR_FACTORIAL + 2))


def peaks_of(plan: Plan) -> dict[Combination, int]:
    """Give each combination a peak that only the number of its switches decides."""
    return {combination: 1000 - 100 * len(combination) for combination in plan.combinations}


def test_few_switches_are_measured_in_every_combination() -> None:
    plan = make_plan(ABC)
    assert plan.design is Design.FACTORIAL
    assert len(plan.combinations) == 8
    assert plan.orders == ()


def test_beyond_the_stated_number_orders_are_sampled() -> None:
    plan = make_plan(MANY, orders=5, seed=3)
    assert plan.design is Design.SAMPLED
    assert len(plan.orders) == 6
    assert plan.seed == 3
    assert len(plan.combinations) <= 6 * len(MANY) + 1
    assert plan == make_plan(MANY, orders=5, seed=3)


def test_every_combination_of_too_many_switches_is_refused_with_the_way_out() -> None:
    with pytest.raises(UsageError, match=r"4,096 combinations.*at most 10.*--design sampled"):
        make_plan(MANY, Design.FACTORIAL)


@given(st.permutations(MANY), st.integers(4, 9), st.integers(0, 99))
def test_estimated_shares_add_up_to_the_whole_saving(order: list[str], orders: int, seed: int) -> None:
    plan = make_plan(order, orders=orders, seed=seed)
    division = Division(plan=plan, peaks=peaks_of(plan))
    figures = division.figures(MANY)
    assert sum(one.shapley_bytes or 0 for one in figures) == division.saved_bytes == 100 * len(MANY)
    assert all(one.shapley_low_bytes is not None for one in figures)
    assert division.incomplete(MANY) == {}


def test_exact_shares_have_no_interval_even_where_orders_were_sampled() -> None:
    plan = make_plan(("a", "b"), Design.SAMPLED, orders=8)
    first, _ = Division(plan=plan, peaks=peaks_of(plan)).figures(("a", "b"))
    assert (first.shapley_bytes, first.shapley_low_bytes) == (100, None)


@pytest.mark.parametrize(
    ("design", "figure"),
    [
        (Design.ALONE, "alone_bytes"),
        (Design.LEAVE_ONE_OUT, "leave_one_out_bytes"),
        (Design.CUMULATIVE, "cumulative_bytes"),
        (Design.FACTORIAL, "shapley_bytes"),
    ],
)
def test_a_design_has_the_combinations_that_its_figure_takes(design: Design, figure: str) -> None:
    plan = make_plan(ABC, design)
    for one in Division(plan=plan, peaks=peaks_of(plan)).figures(ABC):
        assert one.amounts()[figure] == 100


def test_what_a_missing_peak_takes_away_is_named_and_what_was_not_planned_is_not() -> None:
    plan = make_plan(ABC, Design.ALONE)
    peaks = peaks_of(plan)
    del peaks[frozenset({"b"})]
    assert Division(plan=plan, peaks=peaks).incomplete(ABC) == {"b": ["alone_bytes"]}


def test_without_the_peak_of_nothing_there_is_no_saving() -> None:
    plan = make_plan(ABC)
    peaks = peaks_of(plan)
    del peaks[NOTHING]
    division = Division(plan=plan, peaks=peaks)
    assert division.saved_bytes is None
    assert "alone_bytes" in division.incomplete(ABC)["a"]
    assert all(one.leave_one_out_bytes == 100 for one in division.figures(ABC))
