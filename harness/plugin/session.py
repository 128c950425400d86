"""Measures the tests of a session that ask for it.

Under pytest-xdist the workers do so; the rows travel with the tests' reports, and the controller shows them.
"""

import gc
import time
from collections.abc import Generator, Sequence
from contextlib import suppress

import pytest

from membench.harness.errors import MembenchError, UsageError
from membench.harness.plugin.activation import runs_elsewhere
from membench.harness.plugin.deaths.beginning import begin
from membench.harness.plugin.deaths.workers import Workers
from membench.harness.plugin.every.hooks import EveryTest
from membench.harness.plugin.instruments import METERS, Instrument, Measured, OwnPeakRss, warm_up_memray
from membench.harness.plugin.isolated import IsolatedTest, IsolatedTestError
from membench.harness.plugin.judging import ROWS, Judge, fail, keep, refuse_async
from membench.harness.plugin.marker import Budget, budget_of, is_tracked_by_memray, require_no_clash
from membench.harness.plugin.names import MARKER, uses_benchmark
from membench.harness.plugin.reporting import Reporting
from membench.harness.plugin.rerun import run_again
from membench.harness.plugin.rows import Row, reading_of_test
from membench.harness.plugin.settings import Settings

_NO_FAILURES = (pytest.skip.Exception, pytest.xfail.Exception)


class Session:
    """Hooks that are there only where something is measured."""

    def __init__(self, config: pytest.Config) -> None:
        self._is_child = bool(config.getoption("membench_child"))  # there the other hooks measure
        self._frozen = False
        try:
            self._settings = Settings.of(config)
            self._judge = Judge(self._settings)
            self._reporting = Reporting(config, self._settings)
            if not self._is_child:
                config.pluginmanager.register(self._reporting, "membench-reporting")
            if self._settings.measures_all and not self._is_child and not runs_elsewhere(config):
                judge = self._judge.judge_unmarked if self._settings.bounds_all else None
                recorder, note = begin(config, self._settings.limit_bytes)
                self._reporting.notes += [note] if note else []
                EveryTest.register(config, self._reporting.entries, judge, recorder)
            elif self._settings.measures_all and not self._is_child:
                workers = Workers(self._reporting.entries, self._settings.limit_bytes, self._reporting.notes)
                config.pluginmanager.register(workers, "membench-workers")
        except MembenchError as error:
            raise pytest.UsageError(f"membench: {error}") from error

    def prepare(self, items: Sequence[pytest.Item]) -> None:
        """Put stand-ins in the place of the tests that run in an interpreter of their own."""
        if self._is_child or self._settings.skip:
            return
        assert isinstance(items, list), "pytest lets its list of tests be changed"
        for place, item in enumerate(items):
            if _wants_isolation(item):
                items[place] = IsolatedTest.of(item, self._run_isolated)
        if any(item.get_closest_marker(MARKER) and not isinstance(item, IsolatedTest) for item in items):
            self._freeze()

    def take(self, report: pytest.TestReport) -> None:
        """Take what came with the report of a worker, or of a forked test."""
        self._reporting.take(report)

    def note(self, item: pytest.Item, rows: Sequence[Row]) -> None:
        """Note the repeats of what a test has measured; fail the test where they have grown against the baseline."""
        self._judge.note(item, rows)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Refuse a marker that cannot be held to."""
        _checked(item)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Measure a test in this process."""
        budget = _checked(item)
        unasked = budget is None and not uses_benchmark(item)
        if unasked or self._is_child or self._settings.skip or isinstance(item, IsolatedTest):
            return (yield)
        if budget is not None and _wants_isolation(item):
            fail(
                f"{MARKER}: isolated=True came from a fixture, when the test was about to run here. "
                "Add the marker where the test stands, or in pytest_collection_modifyitems."
            )
        instrument = _begin(item, budget)
        if instrument is None:
            return (yield)
        started = time.monotonic()
        try:
            result = yield
        except BaseException as error:
            _give_up(item, budget, instrument, error, time.monotonic() - started)
            raise
        wall_seconds = time.monotonic() - started
        measured = _end(instrument)
        _tell_benchmark(item, measured)
        if budget is not None:
            self._judge.judge(item, budget, measured, wall_seconds)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Send the rows along with the report: the controller of pytest-xdist sees nothing else."""
        report = yield
        rows = item.stash.get(ROWS, [])
        if rows:
            report.membench_rows = [row.document() for row in rows]  # type: ignore[attr-defined]  # pytest sends any
            item.stash[ROWS] = []
        return report

    def pytest_sessionfinish(self) -> None:
        """Let the collected objects be ordinary ones again."""
        if self._frozen:
            gc.unfreeze()

    def _freeze(self) -> None:
        """Keep what was collected with the tests out of garbage collections: it is alive until the end.

        With 5,000 tests a collection takes 60 ms, and each marked test is between two.
        """
        if not self._frozen:
            self._frozen = True
            gc.collect()
            gc.freeze()

    def _run_isolated(self, item: IsolatedTest) -> None:
        budget = budget_of(item)
        assert budget is not None, "only a test with the marker has a stand-in"
        rerun = run_again(item, budget.meter)
        item.stash.setdefault(ROWS, []).extend(rerun.rows)
        for title, text in rerun.sections:
            item.add_report_section("call", title, text)
        if rerun.outcome == "skipped":
            pytest.skip(rerun.text)
        if rerun.outcome == "xfailed":
            pytest.xfail(rerun.text.removeprefix("reason: "))
        if rerun.outcome == "failed" or rerun.measured is None:
            reading = reading_of_test(item, budget.meter, None, rerun.wall_seconds, isolated=True)
            keep(item, budget, None, reading, "")
            raise IsolatedTestError(rerun.text)
        self._judge.judge(item, budget, rerun.measured, rerun.wall_seconds)


def _checked(item: pytest.Item) -> Budget | None:
    """Read the marker, and fail the test where it is not valid."""
    try:
        budget = budget_of(item)
    except UsageError as error:
        fail(str(error) if MARKER in str(error) else f"{MARKER}: {error}")
    if budget is not None and budget.isolated and uses_benchmark(item):
        fail(f"{MARKER}: isolated=True and the fixture benchmark do not go together: its times would be lost.")
    return budget


def _give_up(
    item: pytest.Item, budget: Budget | None, instrument: Instrument, error: BaseException, seconds: float
) -> None:
    with suppress(MembenchError):  # the test's own failure says more
        instrument.stop()
    if budget is None:
        return
    refuse_async(item, error)
    if isinstance(error, Exception | pytest.fail.Exception) and not isinstance(error, _NO_FAILURES):
        reading = reading_of_test(item, budget.meter, None, seconds, isolated=False)
        keep(item, budget, None, reading, "")


def _wants_isolation(item: pytest.Item) -> bool:
    try:
        budget = budget_of(item)
    except UsageError:
        return False  # said when it is set up
    return isinstance(item, pytest.Function) and budget is not None and budget.isolated and not uses_benchmark(item)


def _begin(item: pytest.Item, budget: Budget | None) -> Instrument | None:
    """Begin to measure; None where that is not possible, and only a benchmark would have had the figure."""
    # A benchmark alone is only read: collecting garbage before it would be in its first round.
    instrument = METERS[budget.meter]() if budget is not None else OwnPeakRss(settled=False)
    try:
        require_no_clash(item, budget.meter if budget is not None else "")
        if is_tracked_by_memray(item):
            warm_up_memray()
        instrument.start()
    except MembenchError as error:
        if budget is None:
            return None
        fail(f"{MARKER}: {error}")
    return instrument


def _end(instrument: Instrument) -> Measured:
    try:
        return instrument.stop()
    except MembenchError as error:
        fail(f"{MARKER}: {error}")


def _tell_benchmark(item: pytest.Item, measured: Measured) -> None:
    """Put the peak into what pytest-benchmark stores."""
    extra_info = getattr(getattr(item, "funcargs", {}).get("benchmark"), "extra_info", None)
    if isinstance(extra_info, dict) and measured.process_peak_bytes is not None:
        extra_info["peak_rss_bytes"] = measured.process_peak_bytes
        extra_info["peak_rss_above_start_bytes"] = measured.peak_bytes
