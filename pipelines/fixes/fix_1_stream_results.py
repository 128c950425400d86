"""Fix 1: hand each team's result on as it comes, instead of returning all results of a batch together."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from membench.pipelines.fixes.claim import Claim, Of
from membench.pipelines.fixes.fix_6_clear_intermediates import Collect
from membench.pipelines.parallel import Outcome, process_in_parallel
from membench.pipelines.variant import Form

T = TypeVar("T")
R = TypeVar("R")

CLAIM = Claim(low=50, high=70, of=Of.PEAK_PERCENT)


class Deliver(Protocol):
    """A form of this fix: processes items, and either returns the results or delivers each one."""

    async def __call__(
        self,
        items: Iterable[T],
        processor: Callable[[T], Awaitable[R]],
        concurrency: int,
        on_result: Callable[[R], Awaitable[None]],
        collect: Collect,
    ) -> Outcome[R]: ...


async def before(
    items: Iterable[T],
    processor: Callable[[T], Awaitable[R]],
    concurrency: int,
    on_result: Callable[[R], Awaitable[None]],  # noqa: ARG001 - this form returns its results instead
    collect: Collect,
) -> Outcome[R]:
    """Return all results together."""
    return await process_in_parallel(items, processor, concurrency, collect=collect)


async def as_written(
    items: Iterable[T],
    processor: Callable[[T], Awaitable[R]],
    concurrency: int,
    on_result: Callable[[R], Awaitable[None]],
    collect: Collect,
) -> Outcome[R]:
    """Deliver each result, and yet return it from its task: the gathered list keeps all until the call ends."""

    async def process(item: T) -> R:
        result = await processor(item)
        await on_result(result)
        return result

    outcome = await process_in_parallel(items, process, concurrency, collect=collect)
    outcome.results = []
    return outcome


async def after(
    items: Iterable[T],
    processor: Callable[[T], Awaitable[R]],
    concurrency: int,
    on_result: Callable[[R], Awaitable[None]],
    collect: Collect,  # noqa: ARG001 - nothing is collected
) -> Outcome[R]:
    """Deliver each result from a bounded set of workers; a task returns nothing."""
    return await process_in_parallel(items, processor, concurrency, on_result=on_result)


FORMS: Mapping[Form, Deliver] = {Form.BEFORE: before, Form.AS_WRITTEN: as_written, Form.AFTER: after}
