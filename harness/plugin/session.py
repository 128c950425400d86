"""Measures the tests of a session that ask for it, judges them, and reports.

Under pytest-xdist the workers do the first two; the rows travel with the tests' reports, and the controller reports.
"""

import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from membench.harness.errors import MembenchError, UsageError
from membench.harness.model import Reading
from membench.harness.plugin.activation import MARKER, uses_benchmark
from membench.harness.plugin.baseline import Baseline, Thresholds, update_baseline
from membench.harness.plugin.explaining import explain_growth, explain_peak
from membench.harness.plugin.instruments import METERS, Instrument, Measured, OwnPeakRss, warm_up_memray
from membench.harness.plugin.isolated import IsolatedTest, IsolatedTestError
from membench.harness.plugin.judging import fail, growth_problems, peak_problems, refuse_async
from membench.harness.plugin.marker import Budget, budget_of, is_tracked_by_memray, require_no_clash
from membench.harness.plugin.rerun import run_again
from membench.harness.plugin.rows import Row, reading_of_test, results_of, row_of
from membench.harness.plugin.section import write_section
from membench.harness.store.files import writable_file
from membench.harness.store.results import write_results_file

_ROWS = pytest.StashKey[list[Row]]()
_NO_FAILURES = (pytest.skip.Exception, pytest.xfail.Exception)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command line asks for."""

    json_path: Path | None
    baseline_path: Path | None
    baseline: Baseline | None  # None also where it is to be written
    update: bool
    skip: bool

    @classmethod
    def of(cls, config: pytest.Config) -> "Settings":
        """Read the options and the baseline, and prove that files can be written.

        Raises:
            MembenchError: an option or a file is not what it should be.
        """
        folder, update = config.invocation_params.dir, config.getoption("membench_update")
        json_name, baseline_name = config.getoption("membench_json"), config.getoption("membench_baseline")
        if update and not baseline_name:
            raise UsageError("--membench-update writes a baseline. Name it with --membench-baseline PATH.")
        baseline_path = folder / baseline_name if baseline_name else None
        baseline = None
        # One that is to be written anew is read as well: better to hear now that it is something else.
        if baseline_path is not None and (baseline_path.exists() or not update):
            thresholds = Thresholds.parse(config.getini("membench_relative"), config.getini("membench_absolute"))
            baseline = Baseline.read(baseline_path, thresholds)
        if update and baseline_path is not None:
            writable_file(baseline_path)
        return cls(
            json_path=writable_file(folder / json_name) if json_name else None,
            baseline_path=baseline_path,
            baseline=None if update else baseline,
            update=update,
            skip=config.getoption("membench_skip"),
        )


class Session:
    """Hooks that are there only where something is measured."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._is_child = bool(config.getoption("membench_child"))  # there the other hooks measure
        self._is_worker = hasattr(config, "workerinput")
        try:
            self._settings = Settings.of(config)
        except MembenchError as error:
            raise pytest.UsageError(f"membench: {error}") from error
        self._rows: list[Row] = []
        self._notes: list[str] = []

    def prepare(self, items: Sequence[pytest.Item]) -> None:
        """Put stand-ins in the place of the tests that run in an interpreter of their own."""
        if self._is_child or self._settings.skip:
            return
        assert isinstance(items, list), "pytest lets its list of tests be changed"
        for place, item in enumerate(items):
            if _wants_isolation(item):
                items[place] = IsolatedTest.of(item, self._run_isolated)

    def take(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take the rows of a report, perhaps a worker's."""
        self._rows += map(row_of, rows)

    def note(self, item: pytest.Item, row: Row) -> None:
        """Note what a test has measured; fail the test where that has grown against the baseline."""
        problem = self._growth_of(row.reading)
        item.stash.setdefault(_ROWS, []).append(replace(row, verdict="grew") if problem else row)
        if problem:
            fail(f"memory grew: {problem}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Refuse a marker that says nothing that can be held to."""
        try:
            budget = budget_of(item)
        except UsageError as error:
            fail(str(error) if MARKER in str(error) else f"{MARKER}: {error}")
        if budget is not None and budget.isolated and uses_benchmark(item):
            fail(f"{MARKER}: isolated=True and the fixture benchmark do not go together: its times would be lost.")

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Measure a test in this process."""
        budget = budget_of(item)
        unasked = budget is None and not uses_benchmark(item)
        if unasked or self._is_child or self._settings.skip or isinstance(item, IsolatedTest):
            return (yield)
        instrument = _begin(item, budget)
        if instrument is None:
            return (yield)
        started = time.monotonic()
        try:
            result = yield
        except BaseException as error:
            self._give_up(item, budget, instrument, error, time.monotonic() - started)
            raise
        wall_seconds = time.monotonic() - started
        measured = _end(instrument)
        _tell_benchmark(item, measured)
        if budget is not None:
            self._judge(item, budget, measured, wall_seconds)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Send the rows along with the report: the controller of pytest-xdist sees nothing else."""
        report = yield
        rows = item.stash.get(_ROWS, [])
        if rows:
            report.membench_rows = [row.document() for row in rows]  # type: ignore[attr-defined]  # pytest sends any
            item.stash[_ROWS] = []
        return report

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the documents that were asked for."""
        if self._is_worker or self._is_child:
            return
        try:
            self._notes += self._written()
        except (MembenchError, OSError) as error:
            self._notes.append(f"membench: {error}")
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        if self._settings.baseline is not None:
            self._notes += self._settings.baseline.notes(self._rows)

    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter") -> None:
        """Show the table."""
        if self._rows or self._notes:
            write_section(terminalreporter, self._rows, self._notes)

    def _written(self) -> Iterator[str]:
        settings = self._settings
        if settings.json_path is not None:
            write_results_file(results_of(self._rows), settings.json_path)
            yield f"wrote {settings.json_path}"
        if settings.update and settings.baseline_path is not None:
            count = update_baseline(settings.baseline_path, self._rows)
            yield f"wrote {count} of this session to the baseline {settings.baseline_path}"

    def _give_up(
        self, item: pytest.Item, budget: Budget | None, instrument: Instrument, error: BaseException, seconds: float
    ) -> None:
        with suppress(MembenchError):  # the test's own failure says more
            instrument.stop()
        if budget is None:
            return
        refuse_async(item, error)
        if isinstance(error, Exception | pytest.fail.Exception) and not isinstance(error, _NO_FAILURES):
            reading = reading_of_test(item, budget.meter, None, seconds, isolated=False)
            self._keep(item, budget, None, reading, "")

    def _run_isolated(self, item: IsolatedTest) -> None:
        budget = budget_of(item)
        assert budget is not None, "only a test with the marker has a stand-in"
        rerun = run_again(item, budget.meter)
        item.stash.setdefault(_ROWS, []).extend(rerun.rows)
        for title, text in rerun.sections:
            item.add_report_section("call", title, text)
        if rerun.outcome == "skipped":
            pytest.skip(rerun.text)
        if rerun.outcome == "xfailed":
            pytest.xfail(rerun.text.removeprefix("reason: "))
        if rerun.outcome == "failed" or rerun.measured is None:
            reading = reading_of_test(item, budget.meter, None, rerun.wall_seconds, isolated=True)
            self._keep(item, budget, None, reading, "")
            raise IsolatedTestError(rerun.text)
        self._judge(item, budget, rerun.measured, rerun.wall_seconds)

    def _judge(self, item: pytest.Item, budget: Budget, measured: Measured, wall_seconds: float) -> None:
        """Keep the row, and fail the test where it is over a bound or has grown against the baseline."""
        isolated = isinstance(item, IsolatedTest)
        reading = reading_of_test(item, budget.meter, measured, wall_seconds, isolated=isolated)
        peak = [*peak_problems(budget, measured), *filter(None, [self._growth_of(reading)])]
        left = list(growth_problems(budget, measured))
        if not peak and not left:
            self._keep(item, budget, measured, reading, "ok" if self._is_bounded(budget, reading) else "")
            return
        why = [explain_peak(item, measured, wall_seconds)] if peak else []
        why += [explain_growth(item, wall_seconds)] if left else []
        verdict = "over" if left or list(peak_problems(budget, measured)) else "grew"
        self._keep(item, budget, measured, replace(reading, call_sites=why[0].sites), verdict)
        fail("\n".join(("memory: " + "\n".join([*peak, *left]), *(f"\n{one.words}" for one in why))))

    def _keep(
        self, item: pytest.Item, budget: Budget, measured: Measured | None, reading: Reading, verdict: str
    ) -> None:
        row = Row(
            reading=reading,
            growth_bytes=measured.growth_bytes if measured else None,
            budget_bytes=budget.peak_bytes,
            growth_budget_bytes=budget.growth_bytes,
            verdict=verdict,
        )
        item.stash.setdefault(_ROWS, []).append(row)

    def _growth_of(self, reading: Reading) -> str:
        return self._settings.baseline.growth_of(reading) if self._settings.baseline else ""

    def _is_bounded(self, budget: Budget, reading: Reading) -> bool:
        baseline = self._settings.baseline
        by_marker = budget.peak_bytes is not None or budget.growth_bytes is not None
        return by_marker or (baseline is not None and baseline.knows(reading))


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
