"""A workload made larger by a known number of bytes, to see whether the harness notices.

This runs inside the measured process, so it imports next to nothing, and the same with 0 bytes as with many.
"""

import mmap
from collections.abc import Callable, Mapping
from importlib import import_module
from operator import attrgetter
from typing import Any


class InflatedWorkload:
    """Runs another workload while it holds so many bytes more."""

    def __init__(self, workload: Any, size: int) -> None:
        self._workload = workload
        self._size = size
        self._held: mmap.mmap | None = None

    def run(self, mark: Callable[[str], None]) -> None:
        """Take the bytes, then run the other workload; they stay until the process ends."""
        if self._size:
            self._held = _resident(self._size)
        self._workload.run(mark)

    def digest(self) -> str:
        """Tell the other workload's digest."""
        digest: str = self._workload.digest()
        return digest

    def close(self) -> None:
        """Close the other workload."""
        self._workload.close()


def inflated(
    *,
    target: str,
    parameters: Mapping[str, Any],
    bytes: int,  # noqa: A002 - the name in the request
    scratch: str,
) -> InflatedWorkload:
    """Make the workload of another target, larger by so many bytes."""
    module, _, attribute = target.partition(":")
    make = attrgetter(attribute)(import_module(module))
    return InflatedWorkload(make(**parameters, scratch=scratch), bytes)


def _resident(size: int) -> mmap.mmap:
    """Map private anonymous memory and touch each page; a small malloc could fit into memory resident already."""
    held = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for page in range(0, size, mmap.PAGESIZE):
        held[page] = 1
    return held
