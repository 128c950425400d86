"""`process_in_parallel` and `process_in_batches`: the two functions whose results took the memory."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Iterator
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from membench.pipelines.concurrency import run_workers
from membench.pipelines.fixes import fix_6_clear_intermediates as fix_6
from membench.pipelines.fixes.fix_6_clear_intermediates import Collect, ItemError

T = TypeVar("T")
R = TypeVar("R")


class Summary(NamedTuple):
    """Counts of one call; `elapsed_seconds` is on the event loop's clock."""

    total: int
    succeeded: int
    failed: int
    elapsed_seconds: float


class Outcome(Generic[R]):
    """What one call of `process_in_parallel` came to. `results` is empty where they were streamed."""

    __slots__ = ("errors", "results", "summary")

    def __init__(self, *, results: list[R], errors: list[ItemError], summary: Summary) -> None:
        self.results = results
        self.errors = errors
        self.summary = summary


class _Tally:
    """Counts kept while a call runs, because a form of fix 6 may lose the lists to count afterwards."""

    def __init__(self) -> None:
        self._started = asyncio.get_running_loop().time()
        self.succeeded = 0
        self.failed = 0

    def counting(self, process: Callable[[T], Awaitable[R]]) -> Callable[[T], Awaitable[R]]:
        async def counted(item: T) -> R:
            try:
                result = await process(item)
            except Exception:
                self.failed += 1
                raise
            self.succeeded += 1
            return result

        return counted

    def summary(self) -> Summary:
        return Summary(
            total=self.succeeded + self.failed,
            succeeded=self.succeeded,
            failed=self.failed,
            elapsed_seconds=asyncio.get_running_loop().time() - self._started,
        )


async def process_in_parallel(
    items: Iterable[T] | AsyncIterable[T],
    processor: Callable[[T], Awaitable[R]],
    concurrency: int = 3,
    *,
    continue_on_error: bool = True,
    on_result: Callable[[R], Awaitable[None]] | None = None,
    collect: Collect = fix_6.before,
) -> Outcome[R]:
    """Process the items, `concurrency` of them at a time.

    Without `on_result` the call accumulates: a task for each item, all results returned together, gathered by
    `collect`. With it the call streams: each result is handed on as it comes, a worker takes its next item
    only when `on_result` has returned, and nothing is kept.

    Args:
        items: any iterable; an async one only when streaming, because accumulating needs them all at once.
        processor: makes a result of one item.
        concurrency: how many items are worked on at once, at least 1.
        continue_on_error: keep the error in `errors` and go on; otherwise raise the first one.
        on_result: takes each result; an error that it raises counts as its item's.
        collect: how the accumulating shape holds what its tasks return.

    Raises:
        ValueError: `concurrency` is below 1.
        TypeError: an async iterable without `on_result`.
    """
    if concurrency < 1:
        raise ValueError(f"concurrency is {concurrency}; it must be at least 1")
    tally = _Tally()
    if on_result is not None:
        hand_on = tally.counting(_handing_on(processor, on_result))
        errors = await _stream(items, hand_on, concurrency, continue_on_error=continue_on_error)
        return Outcome(results=[], errors=errors, summary=tally.summary())
    if isinstance(items, AsyncIterable):
        raise TypeError("an async iterable can only be streamed: give on_result")
    results, errors = await collect(items, tally.counting(processor), concurrency, continue_on_error=continue_on_error)
    return Outcome(results=results, errors=errors, summary=tally.summary())


def _handing_on(
    processor: Callable[[T], Awaitable[R]], on_result: Callable[[R], Awaitable[None]]
) -> Callable[[T], Awaitable[None]]:
    async def hand_on(item: T) -> None:
        await on_result(await processor(item))

    return hand_on


async def _stream(
    items: Iterable[T] | AsyncIterable[T],
    process: Callable[[T], Awaitable[None]],
    concurrency: int,
    *,
    continue_on_error: bool,
) -> list[ItemError]:
    errors: list[ItemError] = []

    async def job(number: int, item: T) -> None:
        try:
            await process(item)
        except Exception as error:
            if not continue_on_error:
                raise
            errors.append(ItemError.of(number, item, error))

    await run_workers(items, job, concurrency)
    return errors


def in_batches(items: Iterator[T], next_size: Callable[[], int]) -> Iterator[list[T]]:
    """Cut the items into batches, asking for the size of each one just before it is drawn."""
    while batch := list(islice(items, next_size())):
        yield batch


async def process_in_batches(
    items: Iterable[T],
    process_batch: Callable[[list[T]], Awaitable[list[R]]],
    next_size: Callable[[], int],
    *,
    on_batch: Callable[[list[R]], Awaitable[None]] | None = None,
) -> list[R]:
    """Process the items batch by batch; `next_size` is asked for the size of each.

    Without `on_batch` the results of all batches accumulate and are returned together. With it each batch's
    results are handed on and dropped before the next batch is drawn, and the returned list is empty.
    """
    all_results: list[R] = []

    # A function of its own, so that every name that holds a batch's results dies with its frame.
    async def one_batch(batch: list[T]) -> None:
        results = await process_batch(batch)
        if on_batch is None:
            all_results.extend(results)
        else:
            await on_batch(results)

    for batch in in_batches(iter(items), next_size):
        await one_batch(batch)
    return all_results
