"""The section "peak memory" of the terminal's summary."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from membench.harness.model import Outcome
from membench.harness.plugin.rows import Row
from membench.harness.units import format_bytes

if TYPE_CHECKING:
    import pytest

_HEADINGS = ("test", "meter", "peak", "budget", "left", "")


def write_section(
    terminal: "pytest.TerminalReporter", rows: Sequence[Row], notes: Sequence[str], *, always: bool = False
) -> None:
    """Write the table and the notes; with -q, only the rows that failed. `always`: the heading even over nothing."""
    shown = [row for row in rows if terminal.verbosity >= 0 or row.verdict in {"over", "grew"}]
    if not shown and not notes and not always:
        return
    terminal.section("peak memory")
    cells = [_HEADINGS, *map(_cells, shown)] if shown else []
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEADINGS))] if cells else []
    for number, line in enumerate(cells):
        padded = [
            cell.ljust(width) if column in {0, 1, 5} else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        failed = number > 0 and shown[number - 1].verdict in {"over", "grew"}
        terminal.write_line("  ".join(padded).rstrip(), red=failed)
    for note in notes:
        terminal.write_line(note)


def _cells(row: Row) -> tuple[str, ...]:
    reading = row.reading
    peak = "-" if reading.peak_bytes is None else format_bytes(reading.peak_bytes)
    return (
        f"{reading.scenario}::{reading.variant}",
        reading.meter,
        peak,
        _size(row.budget_bytes),
        _left(row),
        row.verdict if reading.outcome is Outcome.OK else reading.outcome,
    )


def _left(row: Row) -> str:
    left = _size(row.growth_bytes)
    return left if row.growth_budget_bytes is None else f"{left} of {format_bytes(row.growth_budget_bytes)}"


def _size(size: int | None) -> str:
    return "-" if size is None else format_bytes(size)
