"""Waits for a process to end, and meanwhile reads its standard error and lets its memory be sampled."""

import os
import select
import selectors
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from membench.harness.model import Timeline

SAMPLE_SECONDS = 0.01
LONGEST_SAMPLE_SECONDS = 0.1
SLACKENED_SHARE = 1 / 200  # of the time so far; until 2 s nothing changes, and a chart shows no more points than that
KEPT_POINTS = 8192  # of a command while it runs; even
TIMELINE_POINTS = 400  # kept of each trial; a chart has no more pixels for them
STDERR_TAIL_BYTES = 4096
_READ_BYTES = 65536


class Cancelled(Exception):  # noqa: N818 - not an error: somebody asked for it
    """The trial was ended because the run is being stopped."""


class Recorder:
    """Collects the samples of a timeline."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.rss: list[int] = []

    def add(self, elapsed: float, rss: int) -> None:
        """Take a sample, unless the last one is fresh still or there is nothing resident any more."""
        if rss and (not self.seconds or elapsed - self.seconds[-1] >= SAMPLE_SECONDS / 2):
            self.seconds.append(elapsed)
            self.rss.append(rss)

    def timeline(self) -> Timeline | None:
        """Thin the samples out to `TIMELINE_POINTS`, keeping the largest of each stretch."""
        if not self.seconds:
            return None
        stretch = -(-len(self.seconds) // TIMELINE_POINTS)
        starts = range(0, len(self.seconds), stretch)
        return Timeline(
            seconds=tuple(round(self.seconds[start], 4) for start in starts),
            rss_bytes=tuple(max(self.rss[start : start + stretch]) for start in starts),
        )


class ThinnedRecorder(Recorder):
    """Keeps so many samples at most, however long a command runs: of two neighbours the larger one."""

    def __init__(self) -> None:
        super().__init__()
        self._apart = SAMPLE_SECONDS / 2

    def add(self, elapsed: float, rss: int) -> None:
        """Take a sample, unless there is nothing resident any more; one soon after the last counts with that one."""
        if not rss:
            return
        if self.seconds and elapsed - self.seconds[-1] < self._apart:
            self.rss[-1] = max(self.rss[-1], rss)
            return
        self.seconds.append(elapsed)
        self.rss.append(rss)
        if len(self.seconds) == KEPT_POINTS:
            self._apart *= 2
            self.seconds = self.seconds[::2]
            self.rss = [max(pair) for pair in zip(self.rss[::2], self.rss[1::2], strict=True)]


@dataclass(slots=True, kw_only=True)
class Watch:
    """Waits for the end of a process; ends nothing itself."""

    ended: int  # a descriptor that becomes readable when the process has ended
    stderr: int  # the reading end of its standard error; made non-blocking
    sample: Callable[[float], None]  # called every `SAMPLE_SECONDS` or so with the time since the start
    slackens: bool = False  # sample a long run less often: where a peak does not depend on the samples
    time_limit_seconds: float | None = None
    cancelled: threading.Event | None = None
    forward_to: int | None = None  # a descriptor that standard error is passed on to
    started: float = field(default_factory=time.monotonic)
    stderr_tail: bytes = b""

    def until_end(self) -> bool:
        """Return True when the process has ended, False when its time was up before.

        Raises:
            Cancelled: `cancelled` was set.
        """
        os.set_blocking(self.stderr, False)
        with selectors.DefaultSelector() as selector:
            selector.register(self.ended, selectors.EVENT_READ)
            selector.register(self.stderr, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select(self._pause())}
                if self.stderr in ready and self._read() == b"":
                    selector.unregister(self.stderr)
                if self.ended in ready:
                    self._drain()
                    return True
                elapsed = time.monotonic() - self.started
                self.sample(elapsed)
                if self.cancelled is not None and self.cancelled.is_set():
                    raise Cancelled
                if self.time_limit_seconds is not None and elapsed > self.time_limit_seconds:
                    self._drain()
                    return False

    def _pause(self) -> float:
        if not self.slackens:
            return SAMPLE_SECONDS
        elapsed = time.monotonic() - self.started
        return min(max(SAMPLE_SECONDS, elapsed * SLACKENED_SHARE), LONGEST_SAMPLE_SECONDS)

    def _drain(self) -> None:
        """Read what is left in the pipe; not to its end, since a descendant may hold it open."""
        while self._read():
            pass

    def _read(self) -> bytes | None:
        """Read once; None when there is nothing now, nothing at all when the pipe is closed."""
        try:
            data = os.read(self.stderr, _READ_BYTES)
        except BlockingIOError:
            return None
        if data and self.forward_to is not None:
            self._forward(self.forward_to, data)
        self.stderr_tail = (self.stderr_tail + data)[-STDERR_TAIL_BYTES:]
        return data

    def _forward(self, descriptor: int, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                try:
                    left = left[os.write(descriptor, left) :]
                except BlockingIOError:  # another program that shares the descriptor set it so
                    select.select([], [descriptor], [])
        except OSError:
            self.forward_to = None  # nobody reads it any more, or it has no place: no reason to end what is measured
