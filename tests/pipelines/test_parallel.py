"""`process_in_parallel` and `process_in_batches`."""

import asyncio
import weakref
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.pipelines.browser.clock import run_on_virtual_clock
from membench.pipelines.fixes import fix_6_clear_intermediates as fix_6
from membench.pipelines.parallel import in_batches, process_in_batches, process_in_parallel
from membench.pipelines.variant import Form


class Result:
    """An object whose life can be watched."""

    def __init__(self, item: int) -> None:
        self.item = item


async def double(item: int) -> int:
    await asyncio.sleep(item % 4)
    if item % 5 == 4:
        raise ValueError(f"item {item}")
    return item * 2


@pytest.mark.parametrize("form", [Form.BEFORE, Form.AFTER])
@given(count=st.integers(0, 30), concurrency=st.integers(1, 6))
def test_accumulating_returns_all_results_all_errors_and_a_summary_that_counts_them(
    form: Form, count: int, concurrency: int
) -> None:
    outcome = run_on_virtual_clock(process_in_parallel(range(count), double, concurrency, collect=fix_6.FORMS[form]))
    good = [item for item in range(count) if item % 5 != 4]
    assert sorted(outcome.results) == [item * 2 for item in good]
    assert sorted(error.number for error in outcome.errors) == [item for item in range(count) if item % 5 == 4]
    assert (outcome.summary.total, outcome.summary.succeeded) == (count, len(good))
    assert outcome.summary.failed == count - len(good)


@given(count=st.integers(0, 30), concurrency=st.integers(1, 6))
def test_streaming_hands_every_result_on_and_returns_the_same_errors(count: int, concurrency: int) -> None:
    handed: list[int] = []

    async def take(result: int) -> None:
        handed.append(result)

    outcome = run_on_virtual_clock(process_in_parallel(range(count), double, concurrency, on_result=take))
    assert sorted(handed) == [item * 2 for item in range(count) if item % 5 != 4]
    assert outcome.results == []
    assert sorted(error.item for error in outcome.errors) == sorted(str(item) for item in range(count) if item % 5 == 4)
    assert outcome.summary.total == count


@given(count=st.integers(0, 40), concurrency=st.integers(1, 6), pause=st.integers(0, 3))
def test_streaming_never_has_more_results_alive_than_its_concurrency(count: int, concurrency: int, pause: int) -> None:
    alive: weakref.WeakSet[Result] = weakref.WeakSet()
    most = 0

    async def make(item: int) -> Result:
        nonlocal most
        await asyncio.sleep(item % 3)
        result = Result(item)
        alive.add(result)
        most = max(most, len(alive))
        return result

    async def slowly(result: Result) -> None:
        await asyncio.sleep(pause)

    run_on_virtual_clock(process_in_parallel(range(count), make, concurrency, on_result=slowly))
    assert most <= concurrency
    assert not alive


def test_accumulating_has_every_result_alive_at_the_end() -> None:
    alive: weakref.WeakSet[Result] = weakref.WeakSet()

    async def make(item: int) -> Result:
        result = Result(item)
        alive.add(result)
        return result

    outcome = run_on_virtual_clock(process_in_parallel(range(25), make, 3))
    assert len(alive) == len(outcome.results) == 25


def test_a_slow_receiver_holds_the_producers_back() -> None:
    drawn: list[int] = []

    def items() -> object:
        for item in range(100):
            drawn.append(item)
            yield item

    async def quick(item: int) -> int:
        return item

    async def stuck(result: int) -> None:
        await asyncio.sleep(1000)

    async def main() -> None:
        async with asyncio.timeout(500):
            await process_in_parallel(items(), quick, 4, on_result=stuck)

    with pytest.raises(TimeoutError):
        run_on_virtual_clock(main())
    assert drawn == [0, 1, 2, 3]


@pytest.mark.parametrize("streaming", [True, False])
def test_without_continue_on_error_the_first_error_is_raised(streaming: bool) -> None:
    async def ignore(result: int) -> None: ...

    with pytest.raises(ValueError, match="item 4"):
        run_on_virtual_clock(
            process_in_parallel(range(20), double, 2, continue_on_error=False, on_result=ignore if streaming else None)
        )


def test_an_error_of_the_receiver_counts_as_its_items() -> None:
    async def refuse(result: int) -> None:
        raise LookupError("full")

    outcome = run_on_virtual_clock(process_in_parallel(range(3), double, 2, on_result=refuse))
    assert (outcome.summary.succeeded, outcome.summary.failed) == (0, 3)
    assert {error.error for error in outcome.errors} == {"LookupError: full"}


def test_the_elapsed_time_is_that_of_the_loops_clock() -> None:
    async def wait(item: int) -> int:
        await asyncio.sleep(10)
        return item

    outcome = run_on_virtual_clock(process_in_parallel(range(6), wait, 2))
    assert outcome.summary.elapsed_seconds == pytest.approx(30)


def test_an_async_iterable_can_be_streamed_but_not_accumulated() -> None:
    async def items() -> AsyncIterator[int]:
        for item in (1, 2):
            yield item

    async def main() -> None:
        taken: list[int] = []

        async def take(result: int) -> None:
            taken.append(result)

        await process_in_parallel(items(), double, 2, on_result=take)
        assert sorted(taken) == [2, 4]
        with pytest.raises(TypeError, match="on_result"):
            await process_in_parallel(items(), double, 2)

    run_on_virtual_clock(main())


def test_a_concurrency_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        run_on_virtual_clock(process_in_parallel([1], double, 0))


@given(st.lists(st.integers()), st.integers(1, 9))
def test_batches_hold_all_items_in_order_and_none_is_larger_than_asked(items: list[int], size: int) -> None:
    batches = list(in_batches(iter(items), lambda: size))
    assert [item for batch in batches for item in batch] == items
    assert all(1 <= len(batch) <= size for batch in batches)


def test_the_size_is_asked_for_anew_before_each_batch() -> None:
    sizes = iter([3, 1, 2, 5, 1])
    assert list(in_batches(iter(range(8)), lambda: next(sizes))) == [[0, 1, 2], [3], [4, 5], [6, 7]]


def test_batches_accumulate_unless_they_are_handed_on() -> None:
    async def add_one(batch: list[int]) -> list[int]:
        return [item + 1 for item in batch]

    handed: list[list[int]] = []

    async def take(results: list[int]) -> None:
        handed.append(results)

    async def main() -> None:
        assert await process_in_batches(range(5), add_one, lambda: 2) == [1, 2, 3, 4, 5]
        assert await process_in_batches(range(5), add_one, lambda: 2, on_batch=take) == []

    run_on_virtual_clock(main())
    assert handed == [[1, 2], [3, 4], [5]]


def test_a_batch_that_is_handed_on_is_dead_before_the_next_one_is_made() -> None:
    alive: weakref.WeakSet[Result] = weakref.WeakSet()
    seen: list[int] = []

    async def make(batch: list[int]) -> list[Result]:
        seen.append(len(alive))
        results = [Result(item) for item in batch]
        alive.update(results)
        return results

    async def take(results: list[Result]) -> None: ...

    run_on_virtual_clock(process_in_batches(range(12), make, lambda: 4, on_batch=take))
    assert seen == [0, 0, 0]
