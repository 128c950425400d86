"""All tests as rows of the results document, as a CSV table, and as properties of a JUnit file."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from membench.harness.model import Outcome, Reading
from membench.harness.plugin.every.entries import Entries, FixtureEntry, RunEntry
from membench.harness.plugin.rows import IN_PROCESS, LONGEST_NAME_BYTES, Row
from membench.harness.store.files import atomic_writer
from membench.harness.text import shortened

_METER = "peak_rss"
RETAINED = "retained_rss"  # the meter of what stays
_LEFT = "resident memory that the test left in its process, garbage collected where it was 1 MiB or more"
_FIXTURE_PEAK = "the peak of one setup of the fixture above its start, in process"
_FIXTURE_WEIGHT = "resident memory that one setup of the fixture added"
_OUTCOMES = {"failed": Outcome.CRASHED, "killed": Outcome.OUT_OF_MEMORY}
_COLUMNS = (
    *("kind", "file", "name", "scope", "worker", "outcome", "meter", "times", "peak_bytes", "retained_bytes"),
    *("held_bytes", "garbage_collected", "seconds"),
)


def test_rows(entries: Entries, others: Iterable[Row]) -> Iterator[Row]:
    """Make rows of the tests that were measured in process, but for those that have a row already."""
    known = {(row.reading.scenario, row.reading.variant) for row in others}
    for test in entries.tests:
        reading = _reading(test.file, test.name, _METER, test.peak_bytes, IN_PROCESS, test)
        if test.meter == _METER and (reading.scenario, reading.variant) not in known and test.was_called:
            yield Row(reading=reading, growth_bytes=test.left_bytes)


def further_rows(entries: Entries) -> Iterator[Row]:
    """Make rows of what tests have left, and of fixtures."""
    for test in entries.tests:
        yield Row(reading=_reading(test.file, test.name, RETAINED, max(0, test.left_bytes), _LEFT, test))
    for fixture in entries.fixtures.values():
        yield from _fixture_rows(fixture)


def _fixture_rows(fixture: FixtureEntry) -> Iterator[Row]:
    file, name = fixture.where or "plugins", f"fixture {fixture.label} ({fixture.scope})"
    yield Row(reading=_reading(file, name, _METER, fixture.peak_bytes, _FIXTURE_PEAK))
    yield Row(reading=_reading(file, name, RETAINED, max(0, fixture.weight_bytes), _FIXTURE_WEIGHT))


def _reading(
    file: str, name: str, meter: str, peak_bytes: int | None, source: str, test: RunEntry | None = None
) -> Reading:
    outcome = _OUTCOMES.get(test.outcome, Outcome.OK) if test else Outcome.OK
    failed = outcome is not Outcome.OK
    return Reading(
        scenario=shortened(file, LONGEST_NAME_BYTES),
        variant=shortened(name or file, LONGEST_NAME_BYTES),
        meter=meter,
        repeat=0,
        outcome=outcome,
        peak_bytes=None if failed else peak_bytes,
        wall_seconds=round(test.seconds, 6) if test else 0.0,
        detail=f"the test {'was killed' if outcome is Outcome.OUT_OF_MEMORY else 'failed'}" if failed else "",
        source=source,
    )


def write_csv(entries: Entries, path: Path) -> None:
    """Write one line for each test, fixture and worker.

    Raises:
        UnwritableOutputError: it cannot be written.
    """
    with atomic_writer(path) as file:
        writer = csv.DictWriter(file, _COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(_test_line, entries.tests))
        writer.writerows(map(_fixture_line, entries.fixtures.values()))
        for worker in entries.workers.values():
            retained = worker.end_bytes - worker.start_bytes
            writer.writerow(
                {"kind": "worker", "worker": worker.worker, "peak_bytes": worker.peak_bytes, "retained_bytes": retained}
            )


def _test_line(test: RunEntry) -> dict[str, object]:
    return {
        "kind": "test",
        "file": test.file,
        "name": test.name,
        "worker": test.worker,
        "outcome": test.outcome,
        "meter": test.meter,
        "times": 1,
        "peak_bytes": "" if test.peak_bytes is None else test.peak_bytes,
        "retained_bytes": test.left_bytes,
        "garbage_collected": "yes" if test.thorough else "no",
        "seconds": f"{test.seconds:.6f}",
    }


def _fixture_line(fixture: FixtureEntry) -> dict[str, object]:
    return {
        "kind": "fixture",
        "file": fixture.where,
        "name": fixture.label,
        "scope": fixture.scope,
        "worker": fixture.worker,
        "meter": _METER,
        "times": fixture.times,
        "peak_bytes": fixture.peak_bytes,
        "retained_bytes": fixture.weight_bytes,
        "held_bytes": fixture.held_bytes,
    }


def add_properties(config: pytest.Config, entries: Entries, top: int) -> None:
    """Put what stays into the JUnit file as properties of the suite; a test's own are written before that is known."""
    for plugin in config.pluginmanager.get_plugins():
        add: Any = getattr(plugin, "add_global_property", None)
        if add is not None:
            for test in sorted(entries.tests, key=lambda test: -test.left_bytes)[:top]:
                if test.left_bytes > 0:
                    add(f"membench_retained_bytes:{test.nodeid}", str(test.left_bytes))
