"""Holds what a test has taken against its budget and the baseline, and fails it where it took more."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import NoReturn

import pytest

from membench.harness.model import Reading
from membench.harness.plugin.every.entries import OWN_PEAK
from membench.harness.plugin.explaining import explain_growth, explain_peak
from membench.harness.plugin.instruments import Measured
from membench.harness.plugin.isolated import IsolatedTest
from membench.harness.plugin.marker import Budget, budget_of
from membench.harness.plugin.names import MARKER
from membench.harness.plugin.rows import Row, nodeid_of, reading_of_test
from membench.harness.plugin.settings import Settings
from membench.harness.units import format_bytes

ROWS = pytest.StashKey[list[Row]]()  # of a test, until they are sent along with its report


class Judge:
    """Judges tests, and keeps a row of each that has a marker or fails."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def judge(self, item: pytest.Item, budget: Budget, measured: Measured, wall_seconds: float) -> None:
        """Keep the row, and fail the test where it is over a bound or has grown against the baseline."""
        isolated = isinstance(item, IsolatedTest)
        item.stash[OWN_PEAK] = measured.peak_bytes, budget.meter
        reading = reading_of_test(item, budget.meter, measured, wall_seconds, isolated=isolated)
        peak = [*peak_problems(budget, measured), *filter(None, [self._growth_of(reading)])]
        left = list(growth_problems(budget, measured))
        if not peak and not left:
            keep(item, budget, measured, reading, "ok" if self._is_bounded(budget, reading) else "")
            return
        why = [explain_peak(item, measured, wall_seconds)] if peak else []
        why += [explain_growth(item, wall_seconds)] if left else []
        verdict = "over" if left or list(peak_problems(budget, measured)) else "grew"
        keep(item, budget, measured, replace(reading, call_sites=why[0].sites), verdict)
        fail("\n".join(("memory: " + "\n".join([*peak, *left]), *(f"\n{one.report}" for one in why))))

    def judge_unmarked(self, item: pytest.Item, peak_bytes: int, wall_seconds: float) -> None:
        """Fail a test without a marker where it is over what holds for all, or has grown against the baseline."""
        if isinstance(item, IsolatedTest) or budget_of(item) is not None:
            return
        bound, origin = self._settings.bound_of(nodeid_of(item))
        budget = Budget(peak_bytes=bound, growth_bytes=None, meter="peak_rss", isolated=False, origin=origin)
        measured = Measured(peak_bytes=peak_bytes, growth_bytes=None)
        grown = self._settings.every and self._growth_of(
            reading_of_test(item, budget.meter, measured, wall_seconds, isolated=False)
        )
        if grown or list(peak_problems(budget, measured)):
            self.judge(item, budget, measured, wall_seconds)

    def note(self, item: pytest.Item, rows: Sequence[Row]) -> None:
        """Note the repeats of what a test has measured; fail the test where they have grown against the baseline.

        They are judged together: one that lies apart from the others fails nothing.
        """
        problem = self._growth_of(*(row.reading for row in rows))
        item.stash.setdefault(ROWS, []).extend(replace(row, verdict="grew") if problem else row for row in rows)
        if problem:
            fail(f"memory grew: {problem}")

    def _growth_of(self, *repeats: Reading) -> str:
        return self._settings.baseline.growth_of(repeats) if self._settings.baseline else ""

    def _is_bounded(self, budget: Budget, reading: Reading) -> bool:
        baseline = self._settings.baseline
        by_marker = budget.peak_bytes is not None or budget.growth_bytes is not None
        return by_marker or (baseline is not None and baseline.knows(reading))


def keep(item: pytest.Item, budget: Budget, measured: Measured | None, reading: Reading, verdict: str) -> None:
    """Keep the row of a test until its report is made."""
    row = Row(
        reading=reading,
        growth_bytes=measured.growth_bytes if measured else None,
        budget_bytes=budget.peak_bytes,
        growth_budget_bytes=budget.growth_bytes,
        verdict=verdict,
    )
    item.stash.setdefault(ROWS, []).append(row)


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
            + (f" ({budget.origin})" if budget.origin else "")
        )


def growth_problems(budget: Budget, measured: Measured) -> Iterator[str]:
    """Say how far what is left is over its bound."""
    growth = measured.growth_bytes
    if budget.growth_bytes is not None and growth is not None and growth > budget.growth_bytes:
        yield (
            f"the test leaves {format_bytes(growth)} behind ({budget.meter}), which is over its budget of "
            f"{format_bytes(budget.growth_bytes)} by {format_bytes(growth - budget.growth_bytes)}"
        )
