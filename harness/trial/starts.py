"""Keeps the starts of trials apart."""

import threading
import time

SPACING_SECONDS = 0.05
"""Two processes that start in the same instant fault in the same files in step; a fault leaves out the neighbours of
its page that the other process has locked just then, and both peaks come out up to 60 KiB lower."""


class Starts:
    """Gives each trial its turn. Safe to use from several threads."""

    def __init__(self, spacing_seconds: float = SPACING_SECONDS) -> None:
        self._spacing = spacing_seconds
        self._lock = threading.Lock()
        self._next = 0.0

    def await_turn(self) -> None:
        """Return when the last start lies far enough back; at once where it does."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._spacing
        if turn > now:
            time.sleep(turn - now)
