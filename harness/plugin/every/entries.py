"""What was measured of a session: tests, fixtures and workers, as plain values that cross a process boundary."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

OWN_PEAK = pytest.StashKey[tuple[int, str]]()  # of a test that the instrument of its marker has measured, and the meter
HERE = ""  # the name of the worker where there are none


class RunEntry(NamedTuple):
    """One run of one test."""

    file: str
    name: str
    worker: str
    outcome: str
    peak_bytes: int | None  # above what was resident at its start; None where it was not called
    left_bytes: int  # resident once it has ended, and not before
    thorough: bool  # False where garbage may be in what it left
    start_bytes: int  # resident at its start
    seconds: float  # of its call
    meter: str = "peak_rss"  # of the peak

    @property
    def was_called(self) -> bool:
        """Whether it came to its call, and was not skipped."""
        return self.peak_bytes is not None and self.outcome != "skipped"

    @property
    def nodeid(self) -> str:
        """The name as pytest writes it."""
        return f"{self.file}::{self.name}" if self.name else self.file


class FixtureEntry(NamedTuple):
    """One fixture in one worker."""

    where: str
    name: str
    scope: str
    worker: str
    times: int
    peak_bytes: int
    weight_bytes: int
    held_bytes: int
    alive: int

    @property
    def label(self) -> str:
        """The name as it is shown; pytest's own for the functions of xunit are long."""
        for kind in ("module", "class", "function", "method"):
            if f"xunit_setup_{kind}_fixture" in self.name:
                return f"setup_{kind}"
            if f"unittest_setUp{kind.title()}_fixture" in self.name:
                return f"setUp{kind.title()}"
        return self.name


class WorkerEntry(NamedTuple):
    """One process that ran tests."""

    worker: str
    start_bytes: int  # resident before the first test
    end_bytes: int
    peak_bytes: int
    tests_bytes: int  # left by tests
    most_free_bytes: int  # of Python's allocator, seen after a collection


class Entries:
    """All of a session."""

    def __init__(self) -> None:
        self.tests: list[RunEntry] = []
        self.fixtures: dict[tuple[str, str, str, str], FixtureEntry] = {}
        self.workers: dict[str, WorkerEntry] = {}

    def add_fixture(self, entry: FixtureEntry) -> None:
        """Take a fixture's latest figures."""
        self.fixtures[entry[:4]] = entry

    def take(self, document: Mapping[str, Any]) -> None:
        """Take what a worker sent."""
        self.tests += (RunEntry(*entry) for entry in document.get("tests", ()))
        for entry in document.get("fixtures", ()):
            self.add_fixture(FixtureEntry(*entry))
        for entry in document.get("workers", ()):
            self.workers[entry[0]] = WorkerEntry(*entry)

    def document(self) -> dict[str, Any]:
        """Give plain values of all."""
        return {
            "tests": [list(entry) for entry in self.tests],
            "fixtures": [list(entry) for entry in self.fixtures.values()],
            "workers": [list(entry) for entry in self.workers.values()],
        }

    def __bool__(self) -> bool:
        """Whether anything was measured."""
        return bool(self.tests or self.fixtures or self.workers)
