"""Both shapes, and what is alive while they run."""

import asyncio
import weakref
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.pipelines.browser.clock import run_on_virtual_clock
from membench.pipelines.concurrency import run_task_per_item, run_workers


class Thing:
    """An object whose life can be watched."""


class Alive:
    """Counts the things that are alive, and the most that ever were."""

    def __init__(self) -> None:
        self._things: weakref.WeakSet[Thing] = weakref.WeakSet()
        self.most = 0

    def make(self) -> Thing:
        thing = Thing()
        self._things.add(thing)
        self.most = max(self.most, len(self._things))
        return thing


def waiting(seconds: list[int]) -> Callable[[int], int]:
    return lambda number: seconds[number % len(seconds)] if seconds else 0


delays = st.lists(st.integers(0, 5), max_size=6)


@given(st.integers(0, 40), st.integers(1, 7), delays)
def test_workers_do_every_item_once_and_never_more_than_their_number_at_a_time(
    count: int, concurrency: int, seconds: list[int]
) -> None:
    done: list[int] = []
    busy = 0
    most_busy = 0

    async def job(number: int, item: int) -> None:
        nonlocal busy, most_busy
        assert number == item
        busy += 1
        most_busy = max(most_busy, busy)
        await asyncio.sleep(waiting(seconds)(number))
        busy -= 1
        done.append(item)

    run_on_virtual_clock(run_workers(range(count), job, concurrency))
    assert sorted(done) == list(range(count))
    assert most_busy <= concurrency


@given(st.integers(0, 40), st.integers(1, 7), delays)
def test_workers_keep_no_more_items_alive_than_there_are_workers(
    count: int, concurrency: int, seconds: list[int]
) -> None:
    alive = Alive()

    async def job(number: int, item: Thing) -> None:
        del item
        await asyncio.sleep(waiting(seconds)(number))

    run_on_virtual_clock(run_workers((alive.make() for _ in range(count)), job, concurrency))
    assert alive.most <= concurrency


@given(st.integers(0, 20), st.integers(1, 5))
def test_workers_share_an_async_iterable(count: int, concurrency: int) -> None:
    async def items() -> AsyncIterator[int]:
        for number in range(count):
            await asyncio.sleep(number % 3)
            yield number

    done: list[tuple[int, int]] = []

    async def job(number: int, item: int) -> None:
        done.append((number, item))

    run_on_virtual_clock(run_workers(items(), job, concurrency))
    assert sorted(done) == [(number, number) for number in range(count)]


@given(st.integers(0, 30), st.integers(1, 7), delays)
def test_a_task_per_item_returns_everything_in_order_within_its_limit(
    count: int, concurrency: int, seconds: list[int]
) -> None:
    busy = 0
    most_busy = 0

    async def job(number: int, item: int) -> int:
        nonlocal busy, most_busy
        busy += 1
        most_busy = max(most_busy, busy)
        await asyncio.sleep(waiting(seconds)(number))
        busy -= 1
        return item * 2

    results = run_on_virtual_clock(run_task_per_item(range(count), job, concurrency))
    assert list(results) == [number * 2 for number in range(count)]
    assert most_busy <= concurrency


@pytest.mark.parametrize("shape", [run_workers, run_task_per_item])
def test_the_first_exception_is_raised_and_nothing_goes_on_behind_it(shape: Callable[..., object]) -> None:
    finished: list[int] = []

    async def job(number: int, item: int) -> None:
        await asyncio.sleep(1 + number)
        if number == 1:
            raise LookupError(item)
        finished.append(number)

    async def main() -> None:
        with pytest.raises(LookupError):
            await shape(range(9), job, 3)
        await asyncio.sleep(100)

    run_on_virtual_clock(main())
    assert finished == [0]


def test_an_exception_of_the_items_reaches_the_caller() -> None:
    def items() -> object:
        yield 1
        raise LookupError("no more")

    async def job(number: int, item: int) -> None:
        await asyncio.sleep(number)

    with pytest.raises(LookupError):
        run_on_virtual_clock(run_workers(items(), job, 2))
