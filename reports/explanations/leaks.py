"""What was found about a leak, in lines for a terminal or the report of a failed test."""

from typing import TYPE_CHECKING

from membench.harness.units import format_bytes
from membench.reports import wording
from membench.reports.explanations import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from membench.harness.explain.leak import Leak

_MOST = 5
_STEPS = 4
_FIGURES = {"live": "Python's live allocations", "resident": "anonymous resident memory"}


def leak_lines(found: "Leak") -> list[str]:
    """Say what was found, a line each, safe to print."""
    return [wording.plain(line) if not line.startswith(" ") else f"  {wording.plain(line)}" for line in _lines(found)]


def _lines(found: "Leak") -> "Iterator[str]":
    slope = found.slope
    told = (
        f"{_bytes(slope.per_call)} a call ({_bytes(slope.low)} to {_bytes(slope.high)}) in {_FIGURES[found.meter]}, "
        f"over the second half of {found.calls} calls"
    )
    if found.verdict == "leak":
        yield f"{found.workload}: leak of {told}"
    elif found.verdict == "none":
        yield f"{found.workload}: no leak, {told}"
        seen = format_bytes(found.smallest_resident)
        yield f" what Python does not see would show from {seen} a call on"
    else:
        yield f"{found.workload}: undecided, {told}; give more --calls"
    calls = found.more_calls or 1
    for shift in found.holders[:_MOST]:
        held = f"{sentences.holder_words(shift.larger)}: {sentences.way(shift.larger)}"
        yield f" {shift.shift_bytes / calls:,.1f} B a call in {held}"
    for path in found.paths[:_MOST]:
        steps = " < ".join(sentences.step(node) for node in reversed(path.frames[-_STEPS:]))
        yield f" {path.shift_bytes / calls:,.1f} B a call from {steps}"
    if found.failure:
        yield f" where it comes from was not found: {found.failure}"


def _bytes(amount: float) -> str:
    # Without the minus of what rounds to nothing.
    return f"{round(amount, 1) + 0.0:,.1f} B"
