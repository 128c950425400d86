"""A terminal for a program to run on, as a person would use it."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Sequence

WAIT_SECONDS = 60


class Terminal:
    """Runs a program on a terminal of its own."""

    def __init__(self, command: Sequence[str]) -> None:
        self.seen = ""
        self._terminal, inside = pty.openpty()
        self._running = subprocess.Popen(["setsid", "--ctty", *command], stdin=inside, stdout=inside, stderr=inside)
        os.close(inside)

    def wait_for(self, text: str) -> None:
        """Read until a text has been shown."""
        while text not in self.seen:
            assert self._read(), self.seen

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._terminal, text.encode())

    def end(self) -> int:
        """Read to the end, and give the exit status."""
        while self._read():
            pass
        os.close(self._terminal)
        return self._running.wait()

    def _read(self) -> bool:
        until = time.monotonic() + WAIT_SECONDS
        ready = select.select([self._terminal], [], [], max(0.0, until - time.monotonic()))[0]
        assert ready, f"nothing for {WAIT_SECONDS} s after {self.seen!r}"
        try:
            data = os.read(self._terminal, 4096)
        except OSError:  # the last program on it has ended
            return False
        self.seen += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)
