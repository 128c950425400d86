"""Gathers what was measured, writes the documents that are asked for, and shows the section of the summary."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from membench.harness.errors import MembenchError
from membench.harness.plugin.baseline import update_baseline
from membench.harness.plugin.budget_file import Budgets
from membench.harness.plugin.every.entries import Entries
from membench.harness.plugin.every.export import add_properties, further_rows, test_rows, write_csv
from membench.harness.plugin.every.tables import write_tables
from membench.harness.plugin.rows import Row, results_of, row_of
from membench.harness.plugin.section import write_section
from membench.harness.plugin.settings import Settings
from membench.harness.store.results import write_results_file


class Reporting:
    """Hooks of the process that reports: the only one, or the controller of pytest-xdist."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self._settings = settings
        self._rows: list[Row] = []
        self.notes: list[str] = []
        self.entries = Entries()

    def take(self, report: pytest.TestReport) -> None:
        """Take what came with the report of a worker, or of a forked test."""
        self._rows += map(row_of, getattr(report, "membench_rows", ()))
        self.entries.take(getattr(report, "membench_entries", {}))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the rows of a test of this process."""
        if not self._config.pluginmanager.hasplugin("membench-receiver"):
            self._rows += map(row_of, getattr(report, "membench_rows", ()))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker of pytest-xdist gives at its end; one that has died gives nothing."""
        self.entries.take(getattr(node, "workeroutput", {}).get("membench_entries", {}))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the documents that were asked for."""
        if hasattr(self._config, "workerinput"):
            return
        rows = [*self._rows, *(test_rows(self.entries, self._rows) if self._settings.every else ())]
        try:
            self.notes += self._written(rows)
        except (MembenchError, OSError) as error:
            self.notes.append(f"membench: {error}")
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        if self._settings.baseline is not None:
            self.notes += self._settings.baseline.notes(rows)
        add_properties(self._config, self.entries, self._settings.top)

    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter") -> None:
        """Show the tables."""
        shows_all = self._settings.every and bool(self.entries)
        if not (self._rows or self.notes or shows_all):
            return
        write_section(terminalreporter, self._rows, self.notes, always=shows_all)
        if shows_all:
            write_tables(terminalreporter, self.entries, self._settings.top)

    def _written(self, rows: list[Row]) -> Iterator[str]:
        settings = self._settings
        if settings.json_path is not None:
            further = further_rows(self.entries) if settings.every else ()
            write_results_file(results_of([*rows, *further]), settings.json_path)
            yield f"wrote {settings.json_path}"
        if settings.csv_path is not None:
            write_csv(self.entries, settings.csv_path)
            yield f"wrote {settings.csv_path}"
        if settings.update and settings.baseline_path is not None:
            count = update_baseline(settings.baseline_path, rows)
            yield f"wrote {count} of this session to the baseline {settings.baseline_path}"
        if settings.budgets is not None:
            yield from self._of_budgets(settings.budgets)

    def _of_budgets(self, budgets: Budgets) -> Iterator[str]:
        peaks: dict[str, tuple[int, ...]] = defaultdict(tuple)
        for test in self.entries.tests:
            if test.outcome == "passed" and test.peak_bytes is not None and test.meter == "peak_rss":
                peaks[test.nodeid] += (test.peak_bytes,)
        if self._settings.update:
            new, tighter = budgets.update(peaks)
            yield f"budgets: {new} new, {tighter} tighter; a budget is raised by hand, or by removing its line"
        else:
            unknown = sum(budgets.of(name) is None for name in peaks)
            if unknown:
                yield f"budgets: {unknown} tests have none: --membench-update takes them in"
        flaky = budgets.flaky()
        if flaky:
            yield f"budgets: the peaks of {len(flaky)} tests lie farther apart than the headroom, such as {flaky[0]}"
