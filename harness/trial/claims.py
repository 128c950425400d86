"""Reads what a measured process has left, and takes nothing of it on trust: the workload could write there too."""

import json
import math
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from membench.harness.trial.protocol import CLAIM, PHASES, Claim

LONGEST_CLAIM_BYTES = 4 * 1024 * 1024
LONGEST_PHASES_BYTES = 32 * 1024 * 1024
MOST_PHASES = 200_000
MOST_CALL_SITES = 1000
LONGEST_TEXT = 4096
LARGEST_BYTES = 2**50

RawPhase = tuple[str, float, float, int | None]
"""Name, start and end in seconds of the monotonic clock, and the peak in bytes if the meter knows it."""


def read_claim(scratch: Path, token: str) -> Claim | None:
    """Read the claim of a trial; None where there is none, or one that its own process cannot have written."""
    text = _read(scratch / CLAIM, LONGEST_CLAIM_BYTES)
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.pop("token", None) != token:
        return None
    return cast("Claim", found) if all(_is_valid(name, value) for name, value in found.items()) else None


def read_phases(scratch: Path) -> list[RawPhase]:
    """Read the phases as far as the process wrote them down; lines that are none are left out.

    One that was ended in the middle of a line did not end that phase.
    """
    text = _read(scratch / PHASES, LONGEST_PHASES_BYTES) or b""
    lines = text[: text.rfind(b"\n") + 1].splitlines()[:MOST_PHASES]
    return [phase for line in lines if (phase := _phase(line)) is not None]


def _read(path: Path, most: int) -> bytes | None:
    """Read a file whole; None where it is longer than it can be, or not a file: a pipe would never end."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            return None
        return file.read(most)


def _phase(line: bytes) -> RawPhase | None:
    try:
        name, start, end, peak = json.loads(line)
    except (ValueError, TypeError, RecursionError):
        return None
    times = all(isinstance(time, int | float) and math.isfinite(time) for time in (start, end))
    if not _is_text(name) or not times or not start <= end or not (peak is None or _is_size(peak)):
        return None
    return name, start, end, peak


def _is_valid(name: str, value: Any) -> bool:
    check = _CHECKS.get(name)
    return check is not None and check(value)


def _is_site(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"file", "line", "function", "bytes"}
        and _is_text(value["file"])
        and _is_text(value["function"])
        and _is_size(value["line"])
        and _is_size(value["bytes"])
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_BYTES


def _is_time(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _are_sites(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_CALL_SITES and all(map(_is_site, value))


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "counted_from": _is_time,
    "peak_bytes": lambda value: value is None or _is_size(value),
    "children_bytes": _is_size,
    "digest": lambda value: value is None or _is_text(value),
    "source": _is_text,
    "call_sites": _are_sites,
}
