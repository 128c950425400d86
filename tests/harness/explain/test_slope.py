"""What grows by each call is told from what comes once, from points of calls and bytes."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.explain.slope import LeakVerdict, judge_growth

PAGE = 4096
KIB = 1024


def points(held: Callable[[int], int], calls: int = 400) -> list[tuple[int, int]]:
    return [(calls * point // 20, held(calls * point // 20)) for point in range(21)]


def judged(held: Callable[[int], int], calls: int = 400, *, allowed: float = 16, least: int = KIB) -> tuple[str, float]:
    slope = judge_growth(points(held, calls), allowed_per_call=allowed, least_bytes=least)
    assert slope.low <= slope.per_call <= slope.high
    return slope.verdict, slope.per_call


def test_a_list_that_grows_by_steps_is_a_leak_of_what_a_call_adds() -> None:
    verdict, per_call = judged(lambda calls: 10_000 + 92 * calls + 8 * (calls - calls % 64))
    assert verdict == LeakVerdict.LEAK
    assert per_call == pytest.approx(100, rel=0.05)


@pytest.mark.parametrize(
    "held",
    [
        lambda calls: 0,
        lambda calls: 5000 * min(calls, 128),
        lambda calls: 0 if calls < 300 else 10**6,
        lambda calls: 300 * (calls % 7),
        lambda calls: 10**7 - 1000 * calls,
    ],
    ids=["nothing", "a cache that fills", "one block, late", "up and down", "less and less"],
)
def test_what_does_not_grow_by_each_call_is_no_leak(held: Callable[[int], int]) -> None:
    assert judged(held)[0] != LeakVerdict.LEAK


def test_resident_memory_that_comes_in_pages_tells_once_it_comes_to_enough() -> None:
    leak = lambda calls: 10**7 + (1040 * calls) // PAGE * PAGE  # noqa: E731 - as the ones above
    assert judged(leak, 100, allowed=512, least=128 * KIB)[0] == LeakVerdict.UNDECIDED
    verdict, per_call = judged(leak, 512, allowed=512, least=128 * KIB)
    assert verdict == LeakVerdict.LEAK
    assert per_call == pytest.approx(1040, rel=0.05)


@given(st.lists(st.integers(0, 4), min_size=21, max_size=21))
def test_a_few_pages_now_and_then_are_no_leak(pages: list[int]) -> None:
    found = [(20 * point, 10**7 + PAGE * count) for point, count in enumerate(pages)]
    assert judge_growth(found, allowed_per_call=512, least_bytes=128 * KIB).verdict != LeakVerdict.LEAK


@given(st.integers(64, 10_000), st.integers(0, 10**6))
def test_a_constant_leak_is_found_to_the_byte(size: int, start: int) -> None:
    verdict, per_call = judged(lambda calls: start + size * calls)
    assert (verdict, per_call) == (LeakVerdict.LEAK, pytest.approx(size))
