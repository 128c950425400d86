"""Calls a test with the marker `memory_leak` again and again, and fails it where each call leaves something behind."""

import gc
import tracemalloc
import warnings
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from membench.harness.errors import UsageError, unknown_name
from membench.harness.explain.leak import RESIDENT_LEAST_BYTES
from membench.harness.explain.leaking import (
    FEWEST_CALLS,
    LIVE_ALLOWED_BYTES,
    LIVE_LEAST_BYTES,
    PHASES,
    RESIDENT_ALLOWED_BYTES,
)
from membench.harness.explain.slope import LeakVerdict, Slope, judge_growth
from membench.harness.meters.resident import METER as RESIDENT
from membench.harness.plugin.names import LEAK_MARKER
from membench.harness.units import format_bytes, parse_size

_KEYWORDS = ("per_call", "calls")
_CALLS = 200
_ROUNDS = 3  # each with twice as many calls, where fewer do not decide
_SHOWN_LINES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    per_call_bytes: int | None
    calls: int


def call_again(item: pytest.Function) -> bool:
    """Call a test until it is decided; tell pytest that it was called."""
    try:
        asked = _asked(item)
    except UsageError as error:
        pytest.fail(str(error), pytrace=False)
    arguments = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}  # noqa: SLF001 - as pytest's own call

    def call() -> None:
        if hasattr(item.obj(**arguments), "__await__"):
            pytest.fail(f"{LEAK_MARKER}: {item.name} is a coroutine function, and no plugin runs it.", pytrace=False)

    judge_growth([(number, 0) for number in range(6)], allowed_per_call=1, least_bytes=1)  # loads what it needs
    calls, told = asked.calls, ""
    for _ in range(_ROUNDS):
        told = _judge(item, call, asked, calls)
        if not told:
            return True
        calls *= 2
    warnings.warn(f"{item.nodeid}: {told}", stacklevel=1)
    return True


def _judge(item: pytest.Function, call: Callable[[], None], asked: _Asked, calls: int) -> str:
    """Fail the test where it leaks; give what is to be said where that is not decided, "" where it does not."""
    resident = judge_growth(
        _points(call, calls, RESIDENT.end_phase),
        allowed_per_call=asked.per_call_bytes or RESIDENT_ALLOWED_BYTES,
        least_bytes=RESIDENT_LEAST_BYTES,
    )
    if resident.verdict is LeakVerdict.LEAK:
        _, lines = _traced(item, call, calls)
        pytest.fail(_words(resident, "anonymous resident memory", calls, lines), pytrace=False)
    points, lines = _traced(item, call, calls)
    live = judge_growth(
        points, allowed_per_call=asked.per_call_bytes or LIVE_ALLOWED_BYTES, least_bytes=LIVE_LEAST_BYTES
    )
    if live.verdict is LeakVerdict.LEAK:
        pytest.fail(_words(live, "Python's live allocations", calls, lines), pytrace=False)
    if LeakVerdict.UNDECIDED in (live.verdict, resident.verdict):
        slope = live if live.verdict is LeakVerdict.UNDECIDED else resident
        return _words(slope, "undecided", calls, [])
    return ""


def _points(
    call: Callable[[], None], calls: int, read: Callable[[], int], half: Callable[[], None] = lambda: None
) -> list[tuple[int, int]]:
    """Call so many times, and read what is held after every twentieth of the calls."""
    held = array("q", [0]) * (PHASES + 1)  # made beforehand: what is taken meanwhile would be in the figure
    for _ in range(max(3, calls // 10)):
        call()
    gc.collect()
    held[0] = read()
    done = 0
    for point in range(1, PHASES + 1):
        while done < calls * point // PHASES:
            call()
            done += 1
        gc.collect()
        held[point] = read()
        if point == PHASES // 2:
            half()
    return [(calls * point // PHASES, size) for point, size in enumerate(held)]


def _traced(item: pytest.Function, call: Callable[[], None], calls: int) -> tuple[list[tuple[int, int]], list[str]]:
    """Read Python's live allocations, and find the lines of what the second half of the calls has left."""
    traced_before = tracemalloc.is_tracing()
    if not traced_before:
        tracemalloc.start()
    taken: list[Any] = []
    own = 0

    def take() -> None:
        nonlocal own
        before = tracemalloc.get_traced_memory()[0]
        taken.append(tracemalloc.take_snapshot())
        own = tracemalloc.get_traced_memory()[0] - before

    try:
        points = _points(call, calls, lambda: tracemalloc.get_traced_memory()[0] - own, take)
        grown = tracemalloc.take_snapshot().compare_to(taken[0], "lineno")
    finally:
        if not traced_before:
            tracemalloc.stop()
    return points, list(_lines(item, grown, calls - calls // 2))


def _lines(item: pytest.Function, grown: "list[tracemalloc.StatisticDiff]", calls: int) -> Iterator[str]:
    here = (__file__, tracemalloc.__file__)
    telling = [line for line in grown if line.size_diff > 0 and line.traceback[0].filename not in here]
    for line in sorted(telling, key=lambda line: -line.size_diff)[:_SHOWN_LINES]:
        frame = line.traceback[0]
        path = Path(frame.filename)
        root = item.config.rootpath
        shown = path.relative_to(root) if path.is_relative_to(root) else path
        yield f"  {line.size_diff / calls:,.1f} B a call  {shown}:{frame.lineno}"


def _words(slope: Slope, figure: str, calls: int, lines: list[str]) -> str:
    told = (
        f"{LEAK_MARKER}: {format_bytes(slope.per_call)} a call ({format_bytes(slope.low)} to "
        f"{format_bytes(slope.high)}), {figure}, over the second half of {calls} calls"
    )
    return "\n".join([told, *lines])


def _asked(item: pytest.Function) -> _Asked:
    """Read the marker.

    Raises:
        UsageError: it has an argument that does not exist or is none of its kind.
    """
    mark = item.get_closest_marker(LEAK_MARKER)
    assert mark is not None, "a test with the marker"
    for name in mark.kwargs:
        if name not in _KEYWORDS:
            raise unknown_name(f"argument of {LEAK_MARKER}", name, list(_KEYWORDS))
    if mark.args:
        raise UsageError(f'{LEAK_MARKER} takes its arguments by name: per_call="1 KiB", calls=200.')
    calls = mark.kwargs.get("calls", _CALLS)
    if type(calls) is not int or calls < FEWEST_CALLS:
        raise UsageError(f"{LEAK_MARKER}: calls={calls!r} is no number of calls from {FEWEST_CALLS} on.")
    given = mark.kwargs.get("per_call")
    return _Asked(per_call_bytes=parse_size(str(given)) if given is not None else None, calls=calls)
