"""What a process that runs tests was doing, in a file that outlives it.

The file is mapped, so noting the next test takes a microsecond and no descriptor that a test could close.
"""

import json
import mmap
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

SIZE = 16 * 1024
SHOWN_LEAVERS = 5


class Record(NamedTuple):
    """The last that a process noted."""

    pid: int
    test: str  # "" where none ran
    fixture: str  # that was being set up for it; "" where none was
    start_bytes: int  # resident when it began
    fixtures_bytes: int  # held by fixtures then
    leavers: tuple[tuple[int, str], ...]  # earlier tests that left most
    left_bytes: int  # by all of them
    finished: bool

    @property
    def doing(self) -> str:
        """The test and the fixture, as a person reads it."""
        return f"{self.test} (setup of the fixture {self.fixture})" if self.fixture else self.test


class Recorder:
    """Notes; used by the process itself."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(SIZE))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), SIZE)
        self._leavers: list[tuple[int, str]] = []
        self._left = 0
        self.note("", 0, 0)

    def left(self, size: int, test: str) -> None:
        """Note that a test has left so much."""
        self._left += size
        if size > 0:
            self._leavers = sorted([*self._leavers, (size, test)], reverse=True)[:SHOWN_LEAVERS]

    def note(
        self, test: str, start_bytes: int, fixtures_bytes: int, *, fixture: str = "", finished: bool = False
    ) -> None:
        """Note what begins now."""
        record = Record(
            pid=os.getpid(),
            test=test[:2000],
            fixture=fixture[:200],
            start_bytes=start_bytes,
            fixtures_bytes=fixtures_bytes,
            leavers=tuple(self._leavers),
            left_bytes=self._left,
            finished=finished,
        )
        text = json.dumps(record).encode()
        if len(text) < SIZE - 8:
            self._map[: 8 + len(text)] = len(text).to_bytes(8, "little") + text


def read(path: Path) -> Record | None:
    """Read what was noted last; None where nothing was, or the process was ended in the middle of it."""
    with suppress(OSError, ValueError, TypeError):
        data = path.read_bytes()
        found: list[Any] = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        record = Record(*found)
        return record._replace(leavers=tuple((int(size), str(name)) for size, name in record.leavers))
    return None
