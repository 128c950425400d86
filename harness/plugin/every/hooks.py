"""The hooks that measure every test of the process they run in."""

import os
from collections.abc import Callable, Generator
from time import perf_counter
from typing import Any

import pytest

from membench.harness.plugin.deaths.recorder import Recorder
from membench.harness.plugin.every.accounts import Accounts
from membench.harness.plugin.every.entries import OWN_PEAK, Entries, RunEntry
from membench.harness.plugin.every.ledger import Ledger
from membench.harness.plugin.every.mark import Mark
from membench.harness.plugin.every.settling import Settler
from membench.harness.plugin.pymalloc import free_bytes

NAME = "membench-every-test"
_FOLDED = ("failed", "skipped")  # outcomes that stay whatever a later part of the test does
_METER = "peak_rss"
_PEAK = pytest.StashKey[int]()


# Fails a test by its peak and its seconds.
Judge = Callable[[pytest.Item, int, float], None]


class EveryTest:
    """Measures each test and each fixture."""

    def __init__(
        self,
        entries: Entries,
        judge: Judge | None = None,
        recorder: Recorder | None = None,
        *,
        tells_junit: bool = False,
    ) -> None:
        mark = Mark()
        mark.check()
        self._ledger = Ledger(mark.reset, mark.peak)
        self._settler = Settler(mark.reset, free_bytes)
        self._accounts = Accounts(entries, self._ledger, os.environ.get("PYTEST_XDIST_WORKER", ""))
        self._pid = os.getpid()
        self._peak: int | None = None
        self._outcome = ""
        self._judge = judge
        self._recorder = recorder
        self._tells_junit = tells_junit
        self._seconds = 0.0
        self._start = 0
        self._test = ""

    @property
    def peak_bytes(self) -> int | None:
        """The peak of the test that runs; None until it was called."""
        return self._peak

    @classmethod
    def register(cls, config: pytest.Config, entries: Entries, judge: Judge | None, recorder: Recorder | None) -> None:
        """Begin to measure in this process.

        Raises:
            MeasurementError: the kernel's mark cannot be read here.
        """
        tells_junit = bool(config.getoption("xmlpath", None))
        config.pluginmanager.register(cls(entries, judge, recorder, tells_junit=tells_junit), NAME)
        if config.pluginmanager.hasplugin("pytest_forked"):
            config.pluginmanager.register(Forked(), f"{NAME}-forked")

    def pytest_collection_finish(self) -> None:
        """Begin once the tests are collected."""
        self._ledger.begin()
        self._settler.begin()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Charge what is left of a test once all its parts are gone."""
        self._start, self._peak, self._outcome, self._seconds = self._ledger.resident_bytes, None, "", 0.0
        self._test = _nodeid(item)
        self._ledger.test_starts()
        self._note_test()
        try:
            return (yield)
        finally:
            self._end(item)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Read the peak of the test's own part."""
        self._ledger.call_starts()
        started = perf_counter()
        try:
            result = yield
        finally:
            self._seconds = perf_counter() - started
            peak = self._ledger.call_ends()
            self._peak = peak if self._peak is None else max(self._peak, peak)
            if self._tells_junit:
                item.user_properties.append(("membench_peak_bytes", peak))
        if self._judge is not None:
            self._judge(item, peak, self._seconds)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """Charge a fixture with what its setup takes."""
        outlives = fixturedef.scope != "function"
        account = self._ledger.fixture_starts(fixturedef.argname, fixturedef.scope, fixturedef.baseid)
        if self._recorder is not None:
            resident, held = self._ledger.resident_bytes, self._accounts.held_bytes
            self._recorder.note(self._test, resident, held, fixture=fixturedef.argname)
        done = False
        try:
            result = yield
            done = True
            return result
        finally:
            self._ledger.fixture_ends(account, outlives=outlives)
            self._note_test()
            if done and outlives:
                # Added last, so it runs before the fixture's own teardown and after all that depend on it.
                fixturedef.addfinalizer(lambda: self._ledger.release_starts(account))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how the test ended, and its peak where it ran in a process of its own; send figures along."""
        if report.when == "call" or report.outcome != "passed":
            if self._outcome not in _FOLDED:
                self._outcome = report.outcome
            if self._peak is None:
                self._peak = getattr(report, "membench_peak", None)
        if self._accounts.worker and self._accounts.has_unsent:
            report.membench_entries = self._accounts.batch()  # type: ignore[attr-defined]  # pytest-xdist carries any attribute

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Give the accounts of the process, by way of the controller if there is one."""
        self._accounts.close(self._settler.most_free_bytes)
        if self._recorder is not None:
            self._recorder.note("", self._ledger.resident_bytes, self._accounts.held_bytes, finished=True)
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["membench_entries"] = self._accounts.last_batch()

    def _note_test(self) -> None:
        if self._recorder is not None:
            self._recorder.note(self._test, self._start, self._accounts.held_bytes)

    def _end(self, item: pytest.Item) -> None:
        if os.getpid() != self._pid:
            return
        ledger = self._ledger
        ledger.test_ends()
        settled = self._settler.settle(ledger.test_bytes, ledger.resident_bytes)
        if settled is not None:
            ledger.settled(settled.resident_bytes, settled.more_free_bytes)
        file, _, name = (_nodeid(item) if self._accounts.worker else item.nodeid).partition("::")
        thorough = settled is None or settled.thorough
        left = ledger.close()
        if self._recorder is not None:
            self._recorder.left(left, item.nodeid)
        own = item.stash.get(OWN_PEAK, None)
        peak, meter = own if own is not None else (self._peak, _METER)
        outcome = self._outcome or "passed"
        worker = self._accounts.worker
        self._accounts.add(
            RunEntry(file, name, worker, outcome, peak, left, thorough, self._start, self._seconds, meter)
        )


class Forked:
    """Sends the peak of a forked test along with its report, out of a process that has no other way."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add the peak."""
        report = yield
        every = item.config.pluginmanager.get_plugin(NAME)
        if call.when == "call" and isinstance(every, EveryTest):
            report.membench_peak = every.peak_bytes  # type: ignore[attr-defined]  # a report carries any attribute
        return report


def _nodeid(item: pytest.Item) -> str:
    # pytest-xdist appends the name of a group to the node's.
    parent = item.parent
    return item.nodeid if parent is None or not parent.nodeid else f"{parent.nodeid}::{item.name}"
