"""The hooks that measure every test of the process they run in."""

import os
from collections.abc import Generator
from typing import Any

import pytest

from harness.plugin.every.entries import Entries, FixtureEntry, TestEntry, WorkerEntry
from harness.plugin.every.ledger import FixtureAccount, Ledger
from harness.plugin.every.mark import Mark
from harness.plugin.every.settling import Settler
from harness.plugin.pymalloc import free_bytes

NAME = "membench-every-test"
_FOLDED = ("failed", "skipped")  # outcomes that stay whatever a later part of the test does
_TELLING_BYTES = 64 * 1024


class EveryTest:
    """Measures each test and each fixture."""

    def __init__(self, entries: Entries) -> None:
        mark = Mark()
        mark.check()
        self._ledger = Ledger(mark.reset, mark.peak)
        self._settler = Settler(mark.reset, free_bytes)
        self._entries = entries
        self._worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        self._pid = os.getpid()
        self._peak: int | None = None
        self._outcome = ""
        self._start = 0
        self._unsent = 0

    def pytest_collection_finish(self) -> None:
        """Begin once the tests are collected."""
        self._ledger.begin()
        self._settler.begin()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Charge what is left of a test once all its parts are gone."""
        self._start, self._peak, self._outcome = self._ledger.resident_bytes, None, ""
        self._ledger.test_starts()
        try:
            return (yield)
        finally:
            self._end(item)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Read the peak of the test's own part."""
        del item
        self._ledger.call_starts()
        try:
            return (yield)
        finally:
            peak = self._ledger.call_ends()
            self._peak = peak if self._peak is None else max(self._peak, peak)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Charge a fixture with what its setup takes."""
        outlives = fixturedef.scope != "function"
        account = self._ledger.fixture_starts(fixturedef.argname, fixturedef.scope, _where(fixturedef))
        done = False
        try:
            result = yield
            done = True
            return result
        finally:
            self._ledger.fixture_ends(account, outlives=outlives)
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
        if self._worker and self._unsent < len(self._entries.tests):
            report.membench_entries = self._batch()  # type: ignore[attr-defined]  # pytest-xdist carries any attribute

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Give the accounts of the process, by way of the controller if there is one."""
        self._close()
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["membench_entries"] = self._batch() | {"workers": self._entries.document()["workers"]}

    def _end(self, item: pytest.Item) -> None:
        if os.getpid() != self._pid:
            return
        ledger = self._ledger
        ledger.test_ends()
        settled = self._settler.settle(ledger.test_bytes, ledger.resident_bytes)
        if settled is not None:
            ledger.settled(settled.resident_bytes, settled.more_free_bytes)
        file, _, name = (_nodeid(item) if self._worker else item.nodeid).partition("::")
        thorough = settled is None or settled.thorough
        left = ledger.close()
        outcome = self._outcome or "passed"
        self._entries.tests.append(
            TestEntry(file, name, self._worker, outcome, self._peak, left, thorough, self._start)
        )

    def _close(self) -> None:
        ledger = self._ledger
        for account in ledger.fixtures.values():
            self._entries.add_fixture(self._fixture(account))
        self._entries.workers[self._worker] = WorkerEntry(
            worker=self._worker,
            start_bytes=ledger.start_bytes,
            end_bytes=ledger.resident_bytes,
            peak_bytes=ledger.peak_bytes,
            tests_bytes=ledger.tests_bytes,
            most_free_bytes=self._settler.most_free_bytes,
        )

    def _fixture(self, account: FixtureAccount) -> FixtureEntry:
        return FixtureEntry(
            where=account.where,
            name=account.name,
            scope=account.scope,
            worker=self._worker,
            times=account.times,
            peak_bytes=account.peak_bytes,
            weight_bytes=account.weight_bytes,
            held_bytes=account.held_bytes,
            alive=account.alive,
        )

    def _batch(self) -> dict[str, Any]:
        tests = self._entries.tests[self._unsent :]
        self._unsent = len(self._entries.tests)
        fixtures = [list(self._fixture(account)) for account in self._ledger.fixtures.values()]
        return {"tests": [list(test) for test in tests], "fixtures": fixtures}


def _nodeid(item: pytest.Item) -> str:
    # pytest-xdist appends the name of a group to the node's.
    parent = item.parent
    return item.nodeid if parent is None or not parent.nodeid else f"{parent.nodeid}::{item.name}"


def _where(fixturedef: "pytest.FixtureDef[Any]") -> str:
    return fixturedef.baseid
