"""The entries of one process: of its tests, of its fixtures and of itself, and which are still to be sent."""

from typing import Any

from membench.harness.plugin.every.entries import Entries, FixtureEntry, RunEntry, WorkerEntry
from membench.harness.plugin.every.ledger import FixtureAccount, Ledger


class Accounts:
    """Writes entries from the ledger of the process, and gives those that its controller has not seen."""

    def __init__(self, entries: Entries, ledger: Ledger, worker: str) -> None:
        self._entries = entries
        self._ledger = ledger
        self._unsent = 0
        self.worker = worker

    @property
    def held_bytes(self) -> int:
        """What fixtures hold beyond the tests they were made for."""
        return sum(account.held_bytes for account in self._ledger.fixtures.values())

    @property
    def has_unsent(self) -> bool:
        """Whether a test has ended since the last batch."""
        return self._unsent < len(self._entries.tests)

    def add(self, entry: RunEntry) -> None:
        """Add a test that has ended."""
        self._entries.tests.append(entry)

    def close(self, most_free_bytes: int) -> None:
        """Add the fixtures and the process itself; `most_free_bytes` were free in Python's allocator at most."""
        ledger = self._ledger
        for account in ledger.fixtures.values():
            self._entries.add_fixture(_entry_of(account, self.worker))
        self._entries.workers[self.worker] = WorkerEntry(
            worker=self.worker,
            start_bytes=ledger.start_bytes,
            end_bytes=ledger.resident_bytes,
            peak_bytes=ledger.peak_bytes,
            tests_bytes=ledger.tests_bytes,
            most_free_bytes=most_free_bytes,
        )

    def batch(self) -> dict[str, Any]:
        """Give the tests since the last batch, and all fixtures as they stand, as plain values."""
        tests = self._entries.tests[self._unsent :]
        self._unsent = len(self._entries.tests)
        fixtures = [list(_entry_of(account, self.worker)) for account in self._ledger.fixtures.values()]
        return {"tests": [list(test) for test in tests], "fixtures": fixtures}

    def last_batch(self) -> dict[str, Any]:
        """Give the last batch, with the process itself."""
        return self.batch() | {"workers": self._entries.document()["workers"]}


def _entry_of(account: FixtureAccount, worker: str) -> FixtureEntry:
    return FixtureEntry(
        where=account.where,
        name=account.name,
        scope=account.scope,
        worker=worker,
        times=account.times,
        peak_bytes=account.peak_bytes,
        weight_bytes=account.weight_bytes,
        held_bytes=account.held_bytes,
        alive=account.alive,
    )
