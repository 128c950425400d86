"""Starts the process of a trial, watches it, and ends it with all that it has started."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from membench.harness.errors import MeasurementError
from membench.harness.kernel import launcher
from membench.harness.kernel.cgroups import Group
from membench.harness.kernel.controls import Controls, applied
from membench.harness.kernel.live_tree import read_status, shows_own_numbers
from membench.harness.kernel.process_tree import TreeSource
from membench.harness.trial.monitor import Recorder, Watch

SAMPLES_PER_LOOK = 10  # for what is rare, and costs more to read than the resident memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How a process is started."""

    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    controls: Controls
    cpu: int
    group: Group | None = None  # a cgroup that it is in from its first instruction on


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What the watching of a process that has ended came to."""

    started: float  # seconds of the monotonic clock
    wall_seconds: float
    timed_out: bool
    status: int  # the exit status, or minus the signal that ended it
    stderr: bytes  # the end of it
    recorder: Recorder
    oom_kills: int = 0
    huge_bytes: int = 0  # the most that was seen of a huge page pool, which is in no figure
    left_out: tuple[str, ...] = ()  # what a tree's figure leaves out, where it matters


@dataclass(slots=True, kw_only=True)
class Observation:
    """What is looked at while a process runs, and for how long."""

    time_limit_seconds: float
    cancelled: threading.Event
    tree: Callable[[int, Group | None], TreeSource] | None = None  # makes what is read in place of the process alone
    at_sample: Callable[[int], None] | None = None  # called with the number of the process
    recorder: Recorder = field(default_factory=Recorder)


def run_process(start: Start, observation: Observation) -> Ended:
    """Run a process to its end, and leave none of its session behind.

    Raises:
        Cancelled: that was asked for.
        MeasurementError: it could not be started.
    """
    with _started(start) as process:
        if start.group is not None:
            launcher.wait_until_held(process.pid)
            start.group.add(process.pid)
            launcher.let_go(process.pid)
        return _watch(process, observation, start.group)


@contextmanager
def _started(start: Start) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process in a session of its own, and leave none of that session behind."""
    command = launcher.held(start.command) if start.group is not None else start.command
    try:
        with applied(start.controls, start.cpu):
            process = subprocess.Popen(  # noqa: S603 - an interpreter and this project's own script
                command,
                cwd=start.folder,
                env=start.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
    except OSError as error:
        raise MeasurementError(f"Could not start {start.command[0]}: {error}.") from error
    try:
        with process:
            yield process
    finally:
        _kill_group(process)


def _watch(process: subprocess.Popen[bytes], observation: Observation, group: Group | None) -> Ended:
    assert process.stderr is not None, "standard error is a pipe"
    recorder = observation.recorder
    huge_bytes = 0
    if observation.tree and group is None and not shows_own_numbers():
        raise MeasurementError(
            "The processes of a tree cannot be found: /proc is that of another PID namespace, and there is no cgroup. "
            "Mount a /proc of its own (unshare --pid --fork --mount-proc), or run with a delegated cgroup."
        )
    tree = observation.tree(process.pid, group) if observation.tree else None
    with _Resident(process.pid) as resident, _end_of(process.pid) as ended:

        def sample(elapsed: float) -> None:
            nonlocal huge_bytes
            if len(recorder.seconds) % SAMPLES_PER_LOOK == 0 and shows_own_numbers():
                status = read_status(process.pid)
                huge_bytes = max(huge_bytes, status.huge if status else 0)
            recorder.add(elapsed, tree.now() if tree else resident.read())
            if observation.at_sample is not None:
                observation.at_sample(process.pid)

        watch = Watch(
            ended=ended,
            stderr=process.stderr.fileno(),
            sample=sample,
            slackens=tree is None,
            time_limit_seconds=observation.time_limit_seconds,
            cancelled=observation.cancelled,
        )
        try:
            in_time = watch.until_end()
        finally:
            if process.poll() is None:
                _kill_group(process)
    status = process.wait()
    return Ended(
        started=watch.started,
        wall_seconds=time.monotonic() - watch.started,
        timed_out=not in_time,
        status=status,
        stderr=watch.stderr_tail,
        recorder=recorder,
        oom_kills=group.oom_kills() if group is not None else 0,
        huge_bytes=huge_bytes,
        left_out=tree.left_out() if tree is not None else (),
    )


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End every process of the session, also those that the measured one has left behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@contextmanager
def _end_of(pid: int) -> Iterator[int]:
    """Give a descriptor that becomes readable when a child has ended; the child is not collected."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:  # refused by a filter of system calls, or older than Linux 5.3
        with _end_by_thread(pid) as descriptor:
            yield descriptor
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _end_by_thread(pid: int) -> Iterator[int]:
    descriptor = os.eventfd(0, os.EFD_CLOEXEC)

    def wait() -> None:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        os.eventfd_write(descriptor, 1)

    thread = threading.Thread(target=wait, name="membench-end")
    thread.start()
    try:
        yield descriptor
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        thread.join()
        os.close(descriptor)


class _Resident:
    """Reads the resident memory of a process from its `statm`, which costs that process nothing."""

    def __init__(self, pid: int) -> None:
        # Under another PID namespace's /proc that number is somebody else's, or nobody's.
        place = f"/proc/{pid}/statm" if shows_own_numbers() else os.devnull
        self._descriptor = os.open(place, os.O_RDONLY)
        self._page_size = os.sysconf("SC_PAGE_SIZE")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def read(self) -> int:
        """Tell the resident bytes now; 0 once the process has ended, or where it cannot be seen."""
        try:
            fields = os.pread(self._descriptor, 128, 0).split()
        except ProcessLookupError:
            return 0
        return int(fields[1]) * self._page_size if fields else 0
