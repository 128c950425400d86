"""The tables of all tests: who takes most, who leaves most, by file, by fixture and by process."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from membench.harness.plugin.every.entries import Entries, FixtureEntry, RunEntry
from membench.harness.plugin.every.settling import TELLING_BYTES
from membench.harness.units import format_bytes, format_shift

if TYPE_CHECKING:
    import pytest

_SMALLEST_SHOWN = 64 * 1024  # of a fixture
Line = Sequence[str]


def write_tables(terminal: "pytest.TerminalReporter", entries: Entries, top: int) -> None:
    """Write the tables, each of at most `top` lines."""
    if top:
        _write(terminal, _by_peak(entries, top))
        _write(terminal, _by_left(entries, top))
        _write(terminal, _by_file(entries, top))
        _write(terminal, _by_fixture(entries, top))
    _write(terminal, _by_process(entries))
    free = max((worker.most_free_bytes for worker in entries.workers.values()), default=0)
    terminal.write_line(
        "A peak in process misses what earlier tests have freed and Python's allocator still keeps, here up to "
        f"{format_bytes(free)} as far as seen; the marker's isolated=True misses none of it."
    )


def _write(terminal: "pytest.TerminalReporter", table: tuple[str, Line, list[Line]]) -> None:
    title, headings, lines = table
    terminal.write_line(title)
    if not lines:
        return
    cells = [headings, *lines]
    last = len(headings) - 1
    widths = [max(len(line[column]) for line in cells) for column in range(last)]
    for line in cells:
        padded = [cell.rjust(width) for cell, width in zip(line[:last], widths, strict=True)]
        terminal.write_line("  ".join(["", *padded, line[last]]).rstrip())


def _by_peak(entries: Entries, top: int) -> tuple[str, Line, list[Line]]:
    measured = [test for test in entries.tests if test.peak_bytes is not None]
    first = sorted(measured, key=lambda test: -(test.peak_bytes or 0))[:top]
    lines = [(_peak(test), format_shift(test.left_bytes), test.meter, _named(test)) for test in first]
    title = f"the {len(first)} highest peaks of {len(measured):,} tests, each above what was resident at its start:"
    return title, ("peak", "left", "meter", "test"), list(lines)


def _by_left(entries: Entries, top: int) -> tuple[str, Line, list[Line]]:
    left = [test for test in entries.tests if test.left_bytes >= TELLING_BYTES]
    first = sorted(left, key=lambda test: -test.left_bytes)[:top]
    lines = [
        (f"{'' if test.thorough else 'up to '}{format_bytes(test.left_bytes)}", _peak(test), _named(test))
        for test in first
    ]
    if not first:
        return f"no test left {format_bytes(TELLING_BYTES)} or more in its process", (), []
    title = f"the {len(first)} that left most in their process, of {len(left):,} that left 1 MiB or more:"
    if not all(test.thorough for test in first):
        title = f"{title[:-1]} (up to: garbage may be in it):"
    return title, ("left", "peak", "test"), list(lines)


def _by_file(entries: Entries, top: int) -> tuple[str, Line, list[Line]]:
    files: dict[str, list[RunEntry]] = defaultdict(list)
    for test in entries.tests:
        files[test.file].append(test)
    highest = {file: max(test.peak_bytes or 0 for test in tests) for file, tests in files.items()}
    first = sorted(files, key=lambda file: -highest[file])[:top]
    lines = [
        (
            format_bytes(highest[file]),
            format_shift(sum(test.left_bytes for test in files[file])),
            f"{len(files[file]):,}",
            file,
        )
        for file in first
    ]
    return f"by file, {len(first)} of {len(files):,}:", ("highest peak", "left", "tests", "file"), list(lines)


def _by_fixture(entries: Entries, top: int) -> tuple[str, Line, list[Line]]:
    fixtures: dict[tuple[str, str, str], list[FixtureEntry]] = defaultdict(list)
    for fixture in entries.fixtures.values():
        fixtures[fixture.where, fixture.name, fixture.scope].append(fixture)
    merged = [_merged(uses) for uses in fixtures.values()]
    heavy = [one for one in merged if max(one.weight_bytes, one.peak_bytes, one.held_bytes) >= _SMALLEST_SHOWN]
    first = sorted(heavy, key=lambda one: -max(one.weight_bytes, one.peak_bytes))[:top]
    lines = [
        (
            format_bytes(one.peak_bytes),
            format_shift(one.weight_bytes),
            "-" if one.scope == "function" else "alive" if one.alive else format_shift(one.held_bytes),
            f"{one.times:,}",
            one.scope,
            f"{one.label}  ({one.where})" if one.where else one.label,
        )
        for one in first
    ]
    if not first:
        return f"no fixture took {format_bytes(_SMALLEST_SHOWN)} or more", (), []
    title = "by fixture, the setup's own peak and what it added; none of that is in the figures of a test's peak:"
    return title, ("peak", "added", "left after teardown", "setups", "scope", "fixture"), list(lines)


def _merged(uses: Sequence[FixtureEntry]) -> FixtureEntry:
    """Make one of the same fixture in several workers: the worst of each, and all that is left."""
    return uses[0]._replace(
        times=sum(use.times for use in uses),
        peak_bytes=max(use.peak_bytes for use in uses),
        weight_bytes=max(use.weight_bytes for use in uses),
        held_bytes=sum(use.held_bytes for use in uses),
        alive=sum(use.alive for use in uses),
    )


def _by_process(entries: Entries) -> tuple[str, Line, list[Line]]:
    fixtures = dict.fromkeys(entries.workers, 0)
    for fixture in entries.fixtures.values():
        if fixture.worker in fixtures:
            fixtures[fixture.worker] += fixture.held_bytes
    lines = [
        (
            format_bytes(worker.start_bytes),
            format_bytes(worker.end_bytes),
            format_bytes(worker.peak_bytes),
            format_shift(worker.tests_bytes),
            format_shift(fixtures[name]),
            name or "this process",
        )
        for name, worker in sorted(entries.workers.items())
    ]
    return (
        "by process, resident memory:",
        ("before the tests", "after", "highest", "left by tests", "by fixtures", "process"),
        list(lines),
    )


def _named(test: RunEntry) -> str:
    ended = "" if test.outcome in {"passed", "skipped"} else f"  ({test.outcome})"
    return f"{test.nodeid}{f'  [{test.worker}]' if test.worker else ''}{ended}"


def _peak(test: RunEntry) -> str:
    """Write the peak; a range where memory of earlier tests went while this one ran, and hid as much of its own."""
    if test.peak_bytes is None:
        return "-"
    hidden = -test.left_bytes
    if hidden < TELLING_BYTES:
        return format_bytes(test.peak_bytes)
    return f"{format_bytes(test.peak_bytes)} to {format_bytes(test.peak_bytes + hidden)}"
