"""Says what is over its budget."""

from collections.abc import Iterator
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import NoReturn

import pytest

from membench.harness.plugin.activation import MARKER
from membench.harness.plugin.instruments import Measured
from membench.harness.plugin.marker import Budget
from membench.harness.units import format_bytes


def fail(message: str) -> NoReturn:
    """Fail the test that is under way, with these words alone: no traceback, no error that they come from."""
    raise pytest.fail.Exception(message, pytrace=False) from None


def refuse_async(item: pytest.Item, error: BaseException) -> None:
    """Say it plainly where nobody runs an async test: pytest fails it, and before 8.4 skipped it."""
    function = getattr(item, "obj", None)
    is_async = iscoroutinefunction(function) or isasyncgenfunction(function)
    if is_async and str(error).startswith("async def function"):
        fail(
            f"{MARKER}: {item.name} is async and nobody runs it, so there is nothing to measure. Install a runner, "
            "such as pytest-asyncio, and mark the test for it."
        )


def peak_problems(budget: Budget, measured: Measured) -> Iterator[str]:
    """Say how far the peak is over its bound."""
    if budget.peak_bytes is not None and measured.peak_bytes > budget.peak_bytes:
        yield (
            f"the test's own peak of {format_bytes(measured.peak_bytes)} ({budget.meter}) is over its budget of "
            f"{format_bytes(budget.peak_bytes)} by {format_bytes(measured.peak_bytes - budget.peak_bytes)}"
        )


def growth_problems(budget: Budget, measured: Measured) -> Iterator[str]:
    """Say how far what is left is over its bound."""
    growth = measured.growth_bytes
    if budget.growth_bytes is not None and growth is not None and growth > budget.growth_bytes:
        yield (
            f"the test leaves {format_bytes(growth)} behind ({budget.meter}), which is over its budget of "
            f"{format_bytes(budget.growth_bytes)} by {format_bytes(growth - budget.growth_bytes)}"
        )
