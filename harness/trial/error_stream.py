"""Reads what a command writes to its standard error: keeps the end of it, and passes it on.

A thread of its own does so. Somebody who does not read holds up the command, as without membench, but neither its
sampling nor its time limit.
"""

import fcntl
import os
import select
import threading
import time

TAIL_BYTES = 4096
DRAIN_SECONDS = 5.0  # without any progress
SHORT_DRAIN_SECONDS = 0.2  # where the command was ended by force
_READ_BYTES = 65536
_WRITE_BYTES = 4096  # at once: a slow reader's progress can be seen
_LOOK_SECONDS = 0.05


class ErrorStream:
    """Reads from a pipe, which it then owns, until nobody writes to it any more."""

    def __init__(self, source: int, forward_to: int) -> None:
        self._source = source
        # Its own: the thread may outlive whoever gave it.
        self._forward_to = fcntl.fcntl(forward_to, fcntl.F_DUPFD_CLOEXEC, 0)
        self._unread = False
        self._moved = 0
        self._tail = b""
        self._thread = threading.Thread(target=self._run, name="membench-errors", daemon=True)

    @property
    def tail(self) -> str:
        """The end of what was written."""
        return self._tail.decode(errors="replace")

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def drain(self, seconds: float = DRAIN_SECONDS) -> bool:
        """Wait until all was passed on; False where whoever reads it has not for so many seconds."""
        moved, since = self._moved, time.monotonic()
        while self._thread.is_alive():
            self._thread.join(_LOOK_SECONDS)
            if moved != self._moved:
                moved, since = self._moved, time.monotonic()
            elif time.monotonic() - since > seconds:
                return False
        return True

    def _run(self) -> None:
        try:
            while data := os.read(self._source, _READ_BYTES):
                self._tail = (self._tail + data)[-TAIL_BYTES:]
                self._forward(memoryview(data))
        finally:
            os.close(self._source)
            os.close(self._forward_to)

    def _forward(self, left: memoryview) -> None:
        while left and not self._unread:
            try:
                written = os.write(self._forward_to, left[:_WRITE_BYTES])
            except BlockingIOError:  # another program that shares the descriptor set it so
                select.select([], [self._forward_to], [])
                continue
            except OSError:
                self._unread = True  # nobody reads it any more: no reason to end what is measured
                return
            left = left[written:]
            self._moved += written
