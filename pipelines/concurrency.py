"""The two shapes of doing many things at once: a task for each item, and a bounded set of workers."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def run_task_per_item(items: Iterable[T], job: Callable[[int, T], Awaitable[R]], concurrency: int) -> Sequence[R]:
    """Start a task for every item at once, let `concurrency` of them work, and return what all returned.

    The accumulating shape: every item, every task and every return value is alive until the last one is done.
    The first exception cancels the other tasks and is raised.
    """
    limit = asyncio.Semaphore(concurrency)

    async def limited(number: int, item: T) -> R:
        async with limit:
            return await job(number, item)

    tasks = [asyncio.create_task(limited(number, item)) for number, item in enumerate(items)]
    try:
        return await asyncio.gather(*tasks)
    finally:
        await _cancel(tasks)


async def run_workers(
    items: Iterable[T] | AsyncIterable[T], job: Callable[[int, T], Awaitable[None]], concurrency: int
) -> None:
    """Let `concurrency` workers draw from the items until there are none left.

    The streaming shape: at most `concurrency` items are alive, and the next one is drawn only when a worker is
    free. The first exception, from a job or from the items, cancels the other workers and is raised.
    """
    draw = _drawer(items)

    async def worker() -> None:
        while (drawn := await draw()) is not None:
            await job(*drawn)
            # The name would keep this item alive while the next one is being drawn.
            del drawn

    workers = [asyncio.create_task(worker()) for _ in range(concurrency)]
    try:
        await asyncio.gather(*workers)
    finally:
        await _cancel(workers)


async def _cancel(tasks: Iterable[asyncio.Task[R]]) -> None:
    unfinished = [task for task in tasks if not task.done()]
    for task in unfinished:
        task.cancel()
    if unfinished:
        await asyncio.wait(unfinished)


def _drawer(items: Iterable[T] | AsyncIterable[T]) -> Callable[[], Awaitable[tuple[int, T] | None]]:
    """Make the function with which the workers share one iterator; None says that there is nothing left."""
    if isinstance(items, AsyncIterable):
        return _async_drawer(aiter(items))
    iterator = iter(items)
    drawn = 0

    # Not with enumerate: it keeps the last tuple that it gave, and so one item too many alive.
    async def draw() -> tuple[int, T] | None:
        nonlocal drawn
        for item in iterator:
            drawn += 1
            return drawn - 1, item
        return None

    return draw


def _async_drawer(iterator: AsyncIterator[T]) -> Callable[[], Awaitable[tuple[int, T] | None]]:
    # An async generator refuses a second draw while one is under way.
    turn = asyncio.Lock()
    drawn = 0

    async def draw() -> tuple[int, T] | None:
        nonlocal drawn
        async with turn:
            try:
                item = await anext(iterator)
            except StopAsyncIteration:
                return None
            drawn += 1
            return drawn - 1, item

    return draw
