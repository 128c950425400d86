"""Keeps the files that trials map in the page cache, whole.

A page fault in a mapped file also maps those of its neighbours that are cached. Until all of them are, each trial finds
a few more than the one before it, and its peak is a few pages higher. The cache of an idle machine shrinks by itself,
so the files are read before each trial and not only once.
"""

import os
import stat
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

READ_BYTES = 256 * 1024
FRESH_SECONDS = 1.0
"""The cache of an idle machine shrinks within tens of seconds, and trials that follow one another read it anyway."""
LARGEST_FILE_BYTES = 512 * 1024 * 1024
"""A larger one, such as a data set, is left alone: reading it would take longer than the trial."""


class PageCache:
    """The files that warm-ups have mapped. Safe to use from several threads: a set of files is never changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: frozenset[str] = frozenset()
        self._warmed = self._files
        self._warm_until = 0.0

    @property
    def files(self) -> frozenset[str]:
        """The files noted so far."""
        return self._files

    def note(self, files: Iterable[str]) -> None:
        """Add files to those that are kept."""
        with self._lock:
            self._files |= frozenset(files)

    def warm(self) -> None:
        """Read all files to their end, unless that was done just now."""
        with self._lock:
            files, now = self._files, time.monotonic()
            if files == self._warmed and now < self._warm_until:
                return
            self._warmed, self._warm_until = files, now + FRESH_SECONDS
        buffer = bytearray(READ_BYTES)
        for path in files:
            # A file may be gone meanwhile, or be none that can be read: then there is nothing to warm.
            with suppress(OSError):
                _read_whole(path, buffer)


def mapped_files(pid: int) -> set[str]:
    """List the files that a process has mapped; none once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return set()
    paths = {line.partition("/")[2] for line in lines}
    return {f"/{path}" for path in paths if path}


def _read_whole(path: str, buffer: bytearray) -> None:
    # Somebody may have put a pipe or a device in the file's place: neither is waited for.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST_FILE_BYTES:
            while os.readv(descriptor, [buffer]):
                pass
    finally:
        os.close(descriptor)
