"""How fast the two shapes are, and what they take: shown, and compared by ratio within one run.

Skipped in a plain test run; `make benchmarks` runs them.
"""

import asyncio
from collections.abc import Callable, Iterable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from membench.pipelines.concurrency import run_task_per_item, run_workers
from membench.pipelines.parallel import process_in_parallel

ITEMS = 200_000
LIMIT = 10


async def trivial(item: int) -> int:
    return item


async def trivial_job(number: int, item: int) -> None: ...


async def ignore(result: int) -> None: ...


async def gather_with_semaphore(items: Iterable[int]) -> None:
    """The shape that the streaming one is compared with, written as it usually is."""
    limit = asyncio.Semaphore(LIMIT)

    async def limited(item: int) -> int:
        async with limit:
            return await trivial(item)

    await asyncio.gather(*(limited(item) for item in items))


SHAPES: dict[str, Callable[[Iterable[int]], object]] = {
    "gather with a semaphore": gather_with_semaphore,
    "run_task_per_item": lambda items: run_task_per_item(items, trivial_job, LIMIT),
    "run_workers": lambda items: run_workers(items, trivial_job, LIMIT),
    "process_in_parallel, accumulating": lambda items: process_in_parallel(items, trivial, LIMIT),
    "process_in_parallel, streaming": lambda items: process_in_parallel(items, trivial, LIMIT, on_result=ignore),
}


@pytest.mark.benchmark(group=f"{ITEMS:,} trivial items, {LIMIT} at a time")
@pytest.mark.parametrize("shape", SHAPES)
def test_throughput(benchmark: BenchmarkFixture, shape: str) -> None:
    benchmark.extra_info["items"] = ITEMS
    benchmark.pedantic(lambda: asyncio.run(SHAPES[shape](range(ITEMS))), rounds=3, warmup_rounds=1)
