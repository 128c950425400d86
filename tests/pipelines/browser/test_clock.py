import asyncio
import time

import pytest

from membench.pipelines.browser.clock import DeadlockError, run_on_virtual_clock


def test_a_long_wait_ends_at_once_and_at_the_right_time() -> None:
    async def main() -> float:
        await asyncio.sleep(100_000)
        return asyncio.get_running_loop().time()

    started = time.monotonic()
    assert run_on_virtual_clock(main()) == pytest.approx(100_000)
    assert time.monotonic() - started < 1_000


def test_waits_end_in_the_order_of_their_length() -> None:
    order: list[int] = []

    async def wait(seconds: int) -> None:
        await asyncio.sleep(seconds)
        order.append(seconds)

    async def main() -> None:
        await asyncio.gather(*(wait(seconds) for seconds in (5, 1, 4, 2, 3)))

    run_on_virtual_clock(main())
    assert order == [1, 2, 3, 4, 5]


def test_tasks_that_wait_for_each_other_are_an_error_and_not_a_hang() -> None:
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(DeadlockError):
        run_on_virtual_clock(main())
