"""The budgets of a project's tests in a file: written with headroom, tightened by what is measured, never raised by it.

Each test has a budget and its latest peaks. A budget that a person has written stays until enough runs show that less
will do. How far the peaks of one test lie apart tells a test that has grown from one whose peak was never steady.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from membench.harness.errors import UnreadableInputError, one_line
from membench.harness.store.files import write_json
from membench.harness.store.schemas import validated, validator
from membench.harness.units import KIB, MIB, format_bytes, parse_size

FORMAT = "membench-budgets"
KEPT_PEAKS = 5  # of each test, the latest; a budget is tightened once there are so many
HEADROOM = 0.2  # above the highest of them
LEAST_HEADROOM_BYTES = MIB  # what the figure itself is rough by, and more
_STEP = 256 * KIB
_LARGEST_DOCUMENT_BYTES = 64 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The budget of one test, and its latest peaks, oldest first."""

    budget_bytes: int
    peaks_bytes: tuple[int, ...] = ()

    @property
    def spread_bytes(self) -> int:
        """How far its peaks lie apart."""
        return max(self.peaks_bytes) - min(self.peaks_bytes) if self.peaks_bytes else 0

    @property
    def is_flaky(self) -> bool:
        """Whether its peaks lie farther apart than the headroom."""
        return len(self.peaks_bytes) > 1 and self.spread_bytes > headroom_of(min(self.peaks_bytes))

    def with_peaks(self, peaks: Iterable[int]) -> "Entry":
        """Take new peaks in, and tighten the budget where enough of them show that less will do."""
        latest = (*self.peaks_bytes, *peaks)[-KEPT_PEAKS:]
        fresh = replace(self, peaks_bytes=latest)
        if len(latest) < KEPT_PEAKS:
            return fresh
        return replace(fresh, budget_bytes=min(self.budget_bytes, budget_for(latest)))


def headroom_of(peak_bytes: int) -> int:
    """Tell what a budget leaves above a peak."""
    return max(LEAST_HEADROOM_BYTES, round(peak_bytes * HEADROOM))


def budget_for(peaks: tuple[int, ...]) -> int:
    """Give the budget for peaks: the highest, with headroom, or with their spread where that is more."""
    highest = max(peaks)
    room = max(headroom_of(highest), highest - min(peaks))
    return -(-(highest + room) // _STEP) * _STEP


class Budgets:
    """The budgets of a file."""

    def __init__(self, path: Path, entries: Mapping[str, Entry]) -> None:
        self._path = path
        self._entries = dict(entries)

    @classmethod
    def read(cls, path: Path) -> "Budgets":
        """Read the file.

        Raises:
            UnreadableInputError: it is not there, or is none of budgets.
        """
        try:
            if path.stat().st_size > _LARGEST_DOCUMENT_BYTES:
                raise UnreadableInputError(f"{path} is too large for a file of budgets.")
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise UnreadableInputError(
                f"There is no file of budgets {path}. --membench-update writes one, together with --membench."
            ) from error
        except (OSError, ValueError, RecursionError) as error:
            raise UnreadableInputError(f"{path} is not a file of budgets: {one_line(error)}.") from error
        problem = next(iter(validator(FORMAT).iter_errors(document)), None)
        if problem is not None:
            raise UnreadableInputError(f"{path} is not a file of budgets: {one_line(problem.message)}.")
        return cls(path, {name: _entry(entry) for name, entry in document["tests"].items()})

    def of(self, nodeid: str) -> Entry | None:
        """Give the budget of a test; None where there is none."""
        return self._entries.get(nodeid)

    def origin(self, nodeid: str) -> str:
        """Say where the budget of a test stands, and whether the test is known to be unsteady."""
        entry = self._entries[nodeid]
        if not entry.is_flaky:
            return f"{self._path.name}; its last peaks: {_listed(entry)}"
        return f"{self._path.name}; flaky rather than grown: its last peaks were {_listed(entry)}"

    def update(self, peaks: Mapping[str, tuple[int, ...]]) -> tuple[int, int]:
        """Take in what was measured and write the file; tell how many budgets are new, and how many tighter.

        Raises:
            UnwritableOutputError: it cannot be written.
        """
        new = tighter = 0
        for name, measured in peaks.items():
            known = self._entries.get(name)
            if known is None:
                new += 1
                self._entries[name] = Entry(budget_bytes=budget_for(measured), peaks_bytes=measured[-KEPT_PEAKS:])
            else:
                self._entries[name] = known.with_peaks(measured)
                tighter += self._entries[name].budget_bytes < known.budget_bytes
        write_json(validated(self._document(), FORMAT), self._path)
        return new, tighter

    def flaky(self) -> list[str]:
        """Name the tests whose peaks lie farther apart than the headroom."""
        return sorted(name for name, entry in self._entries.items() if entry.is_flaky)

    def _document(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "format_version": 1,
            "tests": {
                name: {"budget": format_size(entry.budget_bytes), "peaks_bytes": list(entry.peaks_bytes)}
                for name, entry in sorted(self._entries.items())
            },
        }


def format_size(size: int) -> str:
    """Write a size so that it is read back as it is."""
    return f"{size / MIB:.12g} MiB" if size % (64 * KIB) == 0 else f"{size} B"


def _listed(entry: Entry) -> str:
    return ", ".join(map(format_bytes, entry.peaks_bytes)) or "none"


def _entry(entry: Mapping[str, Any]) -> Entry:
    return Entry(budget_bytes=parse_size(entry["budget"]), peaks_bytes=tuple(entry.get("peaks_bytes", ())))
