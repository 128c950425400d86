"""Runs a foreign command once: any program, as its user runs it, its peak read from outside.

A stub stops itself before it becomes the command, so that it can be put into its cgroup and be followed from the
first instruction on. The high-water mark of each process is read at its exit; it starts anew at exec, so nothing of
this program is in it.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from membench.harness.errors import MeasurementError
from membench.harness.kernel import launcher
from membench.harness.kernel.cgroups import Group
from membench.harness.kernel.controls import Controls, applied
from membench.harness.kernel.process_tree import TREE_METER, TreeSource, group_for, tree_source
from membench.harness.kernel.processes import Memory, descendants, is_alive, read_memory, read_name
from membench.harness.kernel.ptrace import WAIT_OPTIONS, Tracer, adopt_orphans
from membench.harness.model import CommandFacts, Outcome, Reading
from membench.harness.trial.exit_status import judge_status
from membench.harness.trial.monitor import Recorder, Watch

if TYPE_CHECKING:
    from resource import struct_rusage

SCENARIO = "command"
METERS = ("peak_rss", TREE_METER)  # those that read a process from outside
KILL_ROUNDS = 400
ROUND_SECONDS = 0.005
POLL_ERROR_BYTES = 1024 * 1024
"""Since Linux 6.2 each CPU keeps up to 32 pages of every counter to itself, which a reading meanwhile is wrong by."""

RSS_EXACT = "high-water mark of the largest process, read at the exit of each"
RSS_POLLED = "high-water mark of the largest process, polled every 10 ms: what grew in its last 10 ms is missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTrial:
    """A command and the conditions to run it under. The descriptors stay open and belong to the caller."""

    argv: Sequence[str]
    meter: str  # peak_rss or peak_tree
    repeat: int
    controls: Controls
    cpu: int
    stdin: int
    stdout: int
    stderr: int  # what the command writes there is passed on to it
    time_limit_seconds: float | None = None
    memory_limit_bytes: int | None = None
    folder: str = ""  # to run it in; "" for the one that this process is in
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def name(self) -> str:
        """The program's name."""
        return Path(self.argv[0]).name


def run_command(trial: CommandTrial) -> Reading:
    """Run a command to its end, and leave nothing of it behind.

    Raises:
        CgroupUnavailableError: a memory limit needs a cgroup, and none can be made.
        MeasurementError: the process could not be started.
    """
    with ExitStack() as stack:
        group = stack.enter_context(group_for(trial.meter, trial.memory_limit_bytes))
        stderr, stderr_end = stack.enter_context(_pipe())
        follower = stack.enter_context(_Follower(trial, group, stderr_end).running())
        os.close(stderr_end)
        sampler = _Sampler(trial, follower, group)
        watch = Watch(
            ended=follower.ended,
            stderr=stderr,
            sample=sampler.sample,
            slackens=follower.traced and sampler.tree is None,
            time_limit_seconds=trial.time_limit_seconds,
            forward_to=trial.stderr,
            cancelled=trial.cancelled,
            started=follower.started,
        )
        try:
            in_time = watch.until_end()
        finally:
            left = follower.end_all()
        oom_kills = group.oom_kills() if group is not None else 0
        return _reading(trial, follower, sampler, watch, left=left, in_time=in_time, oom_kills=oom_kills)


@contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    """Make a pipe; the writing end is the caller's to close."""
    reading_end, writing_end = os.pipe()
    try:
        yield reading_end, writing_end
    finally:
        os.close(reading_end)


class _Follower:
    """Starts a command and follows its processes, from one thread: ptrace and wait know threads, not processes."""

    def __init__(self, trial: CommandTrial, group: Group | None, stderr_end: int) -> None:
        self._trial = trial
        self._group = group
        self._stderr_end = stderr_end
        self._thread = threading.Thread(target=self._follow, name="membench-follower")
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._alive: set[int] = set()
        self._ever: set[int] = set()
        self.ended = os.eventfd(0, os.EFD_CLOEXEC)
        self.root = 0
        self.traced = False
        self.execed = False
        self.started = 0.0
        self.finished = 0.0
        self.status = 0
        self.usage: struct_rusage | None = None
        self._polled: dict[int, tuple[int, str]] = {}  # of each process while it ran: bytes and name
        self._at_exit: dict[int, tuple[int, str]] = {}
        self.tree_floor = 0  # what one process alone held at its own peak, pages of mapped files left out

    @contextmanager
    def running(self) -> Iterator["_Follower"]:
        """Have the command started, and everything of it ended at the end of the `with`.

        Raises:
            MeasurementError: it could not be started.
        """
        adopt_orphans()
        self._thread.start()
        try:
            self._ready.wait()
            if self._failure is not None:
                raise MeasurementError(f"Could not start {self._trial.argv[0]}: {self._failure}.") from self._failure
            yield self
        finally:
            # An interrupt may come before there is anything to end: then it is waited for.
            self._ready.wait()
            self.end_all()
            self._thread.join()
            self._collect_orphans()
            os.close(self.ended)

    def end_all(self) -> int:
        """End every process of the command; tell how many outlived the one that was started."""
        if not self.root:
            return 0
        root_ended = bool(self.finished)
        left = {pid for pid in self._everyone() if pid != self.root}
        for _ in range(KILL_ROUNDS):
            everyone = self._everyone()
            if not everyone:
                break
            for pid in everyone:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(ROUND_SECONDS)
        return len(left) if root_ended else 0

    def _everyone(self) -> set[int]:
        found = descendants(self.root, list(self._alive))
        if self._group is not None:
            found |= {pid for pid in self._group.pids() if is_alive(pid)}
        self._ever |= found
        return found

    def _collect_orphans(self) -> None:
        """Collect those that lost their parent and became ours, so that not even a zombie is left."""
        for pid in self._ever - {self.root}:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)

    def _follow(self) -> None:
        try:
            self._start()
        except OSError as error:
            self._failure = error
            self._ready.set()
            return
        tracer = Tracer(self._on_exec, self._note_exit)
        self.traced = tracer.seize(self.root)
        self.started = time.monotonic()
        self._ready.set()
        launcher.let_go(self.root)
        while True:
            try:
                pid, status, usage = os.wait4(-1, WAIT_OPTIONS)
            except ChildProcessError:
                return
            if os.WIFSTOPPED(status):
                self._alive.add(pid)
                self._ever.add(pid)
                tracer.handle(pid, status)
                continue
            self._alive.discard(pid)
            if pid == self.root:
                self.status, self.usage, self.finished = os.waitstatus_to_exitcode(status), usage, time.monotonic()
                os.eventfd_write(self.ended, 1)

    def _start(self) -> None:
        trial = self._trial
        actions = [
            (os.POSIX_SPAWN_DUP2, trial.stdin, 0),
            (os.POSIX_SPAWN_DUP2, trial.stdout, 1),
            (os.POSIX_SPAWN_DUP2, self._stderr_end, 2),
        ]
        with applied(trial.controls, trial.cpu):
            # Python ignores SIGPIPE; a program is used to be ended by it.
            self.root = os.posix_spawn(
                launcher.SHELL,
                launcher.held(trial.argv, trial.folder),
                trial.environment,
                file_actions=actions,
                setsid=True,
                setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],
            )
        launcher.wait_until_held(self.root)
        self._alive.add(self.root)
        if self._group is not None:
            self._group.add(self.root)

    def _on_exec(self, pid: int) -> None:
        if pid == self.root and not self.execed:
            self.execed = True
            self.started = time.monotonic()

    def poll(self, pid: int) -> int:
        """Note the high-water mark of a process that runs; give what it holds now in bytes, 0 once it holds nothing."""
        memory = self._note(pid, self._polled)
        return memory.now if memory else 0

    def _note_exit(self, pid: int) -> None:
        self._note(pid, self._at_exit)

    @property
    def peaks(self) -> dict[int, tuple[int, str]]:
        """The peak of each process in bytes, and its name.

        The mark at the exit counts. One seen before takes its place only where it is larger by more than a poll can
        be wrong: then the program has reset its mark, or become another program.
        """
        found = dict(self._at_exit)
        for pid, polled in self._polled.items():
            if pid not in found or polled[0] > found[pid][0] + POLL_ERROR_BYTES:
                found[pid] = polled
        return found

    def _note(self, pid: int, peaks: dict[int, tuple[int, str]]) -> Memory | None:
        memory = read_memory(pid)
        if memory is not None:
            self.tree_floor = max(self.tree_floor, memory.peak - memory.file)
            if memory.peak > peaks.get(pid, (-1, ""))[0]:
                peaks[pid] = (memory.peak, read_name(pid))
        return memory

    def has_execed(self) -> bool:
        """Tell whether the stub has become the command; before that its memory is not the command's."""
        if not self.execed and not self.traced:
            with suppress(OSError):
                self.execed = launcher.SCRIPT.encode() not in Path(f"/proc/{self.root}/cmdline").read_bytes()
        return self.execed


class _Sampler:
    """Reads the memory of a command while it runs: the timeline, and what the exit of a process would not tell."""

    def __init__(self, trial: CommandTrial, follower: _Follower, group: Group | None) -> None:
        self._follower = follower
        self.tree: TreeSource | None = tree_source(follower.root, group) if trial.meter == TREE_METER else None
        self.recorder = Recorder()

    def sample(self, elapsed: float) -> None:
        if not self._follower.has_execed():
            return
        if self.tree is not None:
            self.recorder.add(elapsed, self.tree.now())
            return
        # Also where the exit will be read: a program may reset its mark, or exec another one.
        self.recorder.add(elapsed, self._follower.poll(self._follower.root))


def _reading(
    trial: CommandTrial,
    follower: _Follower,
    sampler: _Sampler,
    watch: Watch,
    *,
    left: int,
    in_time: bool,
    oom_kills: int,
) -> Reading:
    wall = follower.finished - follower.started
    outcome, detail = Outcome.OK, ""
    if not in_time:
        outcome, detail = Outcome.TIMED_OUT, f"no end after {trial.time_limit_seconds:g} s"
    elif follower.status != 0:
        outcome, detail = judge_status(follower.status, oom_kills)
    facts = _facts(follower, left)
    tree_peak = max(*sampler.recorder.rss, follower.tree_floor, 0)
    words = RSS_EXACT if follower.traced else RSS_POLLED
    return Reading(
        scenario=SCENARIO,
        variant=trial.name,
        meter=trial.meter,
        repeat=trial.repeat,
        outcome=outcome,
        peak_bytes=tree_peak if sampler.tree else facts.largest_peak_bytes,
        wall_seconds=round(max(0.0, wall), 6),
        timeline=sampler.recorder.timeline(),
        detail=detail,
        stderr_tail="" if outcome is Outcome.OK else watch.stderr_tail.decode(errors="replace"),
        source=sampler.tree.words if sampler.tree else words,
        command=facts,
    )


def _facts(follower: _Follower, left: int) -> CommandFacts:
    peaks = follower.peaks
    largest, name = max(peaks.values(), default=(None, ""))
    root = peaks.get(follower.root)
    usage = follower.usage
    return CommandFacts(
        root_peak_bytes=root[0] if root else None,
        largest_peak_bytes=largest,
        largest_process=name,
        exact=follower.traced,
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 6) if usage else 0.0,
        exit_status=follower.status if follower.status >= 0 else None,
        left_behind=left,
    )
