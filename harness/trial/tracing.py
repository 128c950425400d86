"""Traces a command from a thread of its own: ptrace and wait know threads, not processes."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from membench.harness.kernel.live_tree import read_status
from membench.harness.kernel.processes import read_name
from membench.harness.kernel.ptrace import WAIT_OPTIONS, Tracer
from membench.harness.trial.poller import Polled


class Tracing:
    """Reads the high-water mark of each process at its exit."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._begun = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="membench-tracing")
        self.holds = False  # False where the system refuses it
        self.peaks: dict[int, Polled] = {}

    @contextmanager
    def running(self) -> Iterator["Tracing"]:
        """Trace until the last process has ended; whatever the thread raises is raised here."""
        self._thread.start()
        try:
            self._begun.wait()
            yield self
        finally:
            self._thread.join()
            if self._failure is not None:
                raise self._failure

    def _run(self) -> None:
        try:
            self._trace()
        except BaseException as failure:  # noqa: BLE001 - handed over, not swallowed
            self._failure = failure
        finally:
            self._begun.set()

    def _trace(self) -> None:
        tracer = Tracer(self._note)
        self.holds = tracer.seize(self._root)
        self._begun.set()
        while self.holds:
            try:
                pid, status = os.waitpid(-1, WAIT_OPTIONS)
            except ChildProcessError:
                return
            if os.WIFSTOPPED(status):
                tracer.handle(pid, status)

    def _note(self, pid: int) -> None:
        status = read_status(pid)
        if status is None:
            return
        if status.group not in self.peaks or status.peak > self.peaks[status.group].peak:
            # A thread may have a name of its own; the one of the process is asked for.
            self.peaks[status.group] = Polled(status.peak, read_name(status.group) or status.name)
