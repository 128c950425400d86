"""Runs a foreign command once: any program, as its user runs it, its peak read from outside.

A supervisor forks, holds the new process back until it is in its cgroup, and lets it become the command. The kernel's
account of every process is collected when it ends; what the account cannot know is polled, or traced where asked.
"""

import os
import selectors
import stat
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from membench.harness.errors import MeasurementError
from membench.harness.kernel.controls import Controls, applied
from membench.harness.kernel.process_tree import (
    TREE_METER,
    TreeSource,
    group_for,
    huge_pages_left_out,
    kernel_memory_left_out,
    source_of,
)
from membench.harness.kernel.supervisor import Start
from membench.harness.kernel.supervisor_program import find_program
from membench.harness.model import CommandFacts, Outcome, Reading
from membench.harness.trial.account import TRACED
from membench.harness.trial.error_stream import DRAIN_SECONDS, SHORT_DRAIN_SECONDS, ErrorStream
from membench.harness.trial.exit_status import judge_status
from membench.harness.trial.follower import Follower, followed, why_not_executed
from membench.harness.trial.interrupts import Interruption, Interrupts
from membench.harness.trial.monitor import Cancelled, ThinnedRecorder
from membench.harness.trial.poller import pause_after

SCENARIO = "command"
METERS = ("peak_rss", TREE_METER)  # those that read a process from outside

SOURCES = {
    "accounting": "the kernel's account of the largest process (ru_maxrss), collected at the end of each",
    TRACED: "the kernel's account of the largest process (ru_maxrss), and the high-water mark of each at its exit",
    "polled": "high-water mark of the largest process, polled",
}


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
    stderr: int  # what the command writes there is passed on to it; a terminal is the command's own
    time_limit_seconds: float | None = None
    memory_limit_bytes: int | None = None
    folder: str = ""  # to run it in; "" for the one that this process is in
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    own_session: bool = True  # without the terminal of this process, and without its signals
    trace: bool = False
    ok_statuses: Collection[int] = (0,)  # exit statuses that are no failure
    interrupts: Interrupts | None = None  # where they are to end the command first
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
        Cancelled: `trial.cancelled` was set.
    """
    with ExitStack() as stack:
        group = stack.enter_context(group_for(trial.meter, trial.memory_limit_bytes))
        program = _program(trial)
        errors, descriptors, ours = _streams(trial)
        try:
            start = Start(
                program=program,
                argv=trial.argv,
                environment=trial.environment,
                descriptors=descriptors,
                folder=trial.folder,
                own_session=trial.own_session,
            )
            with applied(trial.controls, trial.cpu):
                follower = stack.enter_context(followed(start, group, trace=trial.trace))
        finally:
            for descriptor in ours:
                os.close(descriptor)
            if errors is not None:
                errors.start()
        run = _Run(trial, follower, source_of(follower.poller.tree, group) if trial.meter == TREE_METER else None)
        by_itself = False
        try:
            in_time = run.until_end()
            by_itself = in_time and not run.forced
            if by_itself:
                follower.let_helpers_end()
        finally:
            left = follower.end_all()
            if errors is not None:
                errors.drain(DRAIN_SECONDS if by_itself else SHORT_DRAIN_SECONDS)
        if follower.refusal is not None and trial.folder and not Path(trial.folder).is_dir():
            raise MeasurementError(f"Could not start {trial.argv[0]}: its folder {trial.folder} is not there.")
        if follower.refusal is not None:
            raise MeasurementError(why_not_executed(program, trial.argv[0], follower.refusal))
        oom_kills = group.oom_kills() if group is not None else 0
        run.left_out = kernel_memory_left_out(group.kernel_memory()) if group is not None else ()
        return run.reading(errors.tail if errors else "", left=left, in_time=in_time, oom_kills=oom_kills)


def _program(trial: CommandTrial) -> str:
    """Find the program as a shell would; one that is not found is given as it is, and refused by the kernel."""
    return find_program(trial.argv[0], trial.environment) or trial.argv[0]


def _streams(trial: CommandTrial) -> tuple[ErrorStream | None, tuple[int, int, int], tuple[int, ...]]:
    """Choose the command's three descriptors, and give those to be closed once it has them.

    A terminal is the command's own. Elsewhere standard error goes through a pipe, for its end to be kept; standard
    output goes through the same one where both go to one place, so that the order of lines stays.
    """
    if os.isatty(trial.stderr):
        return None, (trial.stdin, trial.stdout, trial.stderr), ()
    reading_end, writing_end = os.pipe()
    stdout = writing_end if _is_same_file(trial.stdout, trial.stderr) else trial.stdout
    return ErrorStream(reading_end, trial.stderr), (trial.stdin, stdout, writing_end), (writing_end,)


def _is_same_file(one: int, other: int) -> bool:
    first, second = os.fstat(one), os.fstat(other)
    return os.path.samestat(first, second) and not stat.S_ISCHR(first.st_mode)  # a device, such as /dev/null


class _Run:
    """Waits for the end of a command, and samples its memory meanwhile."""

    def __init__(self, trial: CommandTrial, follower: Follower, tree: TreeSource | None) -> None:
        self._trial = trial
        self._follower = follower
        self._tree = tree
        self._recorder = ThinnedRecorder()
        self._interruption = Interruption(trial.interrupts, follower) if trial.interrupts else None
        self.left_out: tuple[str, ...] = ()  # what the figure leaves out, where it matters
        self._next_poll = 0.0
        self._largest = 0  # what the largest process held at the last poll
        self._tree_seconds: list[float] = []  # when the tree was sampled
        self._taken = 0.0  # seconds of a CPU, by these samples
        self.forced = False  # interrupted, and did not end by itself

    def until_end(self) -> bool:
        """Return True when the command has ended or is to be ended, False when its time was up before.

        Raises:
            Cancelled: the run is being stopped.
        """
        follower, next_sample = self._follower, 0.0
        with selectors.DefaultSelector() as selector:
            selector.register(follower.report, selectors.EVENT_READ)
            while True:
                follower.take()
                if follower.has_ended or follower.refusal is not None:
                    return True
                now = time.monotonic()
                if now >= next_sample:
                    next_sample = now + self._sample()
                if self._trial.cancelled.is_set():
                    raise Cancelled
                if self._is_over_time():
                    return False
                if self._interruption is not None and self._interruption.ends_by_force(now):
                    self.forced = True
                    return True
                selector.select(max(0.0, next_sample - time.monotonic()))

    def _is_over_time(self) -> bool:
        limit = self._trial.time_limit_seconds
        return limit is not None and self._follower.wall_seconds > limit

    def _sample(self) -> float:
        """Sample, and give the seconds until the next time."""
        now = time.monotonic()
        if now >= self._next_poll:
            self._largest, pause = self._follower.poll()
            self._next_poll = now + pause
        if self._tree is None or not self._follower.executed:
            self._recorder.add(self._follower.wall_seconds, self._largest)
            return self._next_poll - now
        before = time.thread_time()
        self._tree_seconds.append(self._follower.wall_seconds)
        self._recorder.add(self._tree_seconds[-1], self._tree.now())
        cost = time.thread_time() - before
        self._taken += cost
        return pause_after(cost, self._taken)

    def reading(self, errors: str, *, left: int, in_time: bool, oom_kills: int) -> Reading:
        """Say what it came to."""
        trial, follower = self._trial, self._follower
        outcome, detail = self._outcome(in_time=in_time, oom_kills=oom_kills)
        facts = self._with_left_out(follower.facts(left_behind=left))
        if self._tree:
            facts = self._of_tree(facts)
        return Reading(
            scenario=SCENARIO,
            variant=trial.name,
            meter=trial.meter,
            repeat=trial.repeat,
            outcome=outcome,
            peak_bytes=self._tree_peak() if self._tree else facts.largest_peak_bytes,
            wall_seconds=round(follower.wall_seconds, 6),
            timeline=self._recorder.timeline(),
            detail=detail,
            stderr_tail="" if outcome is Outcome.OK else errors,
            source=self._tree_source(self._tree, facts) if self._tree else SOURCES[facts.method],
            command=facts,
        )

    def _with_left_out(self, facts: CommandFacts) -> CommandFacts:
        huge = huge_pages_left_out(self._follower.poller.huge_bytes)
        tree = self._tree.left_out() if self._tree else ()
        return replace(facts, caveats=(*facts.caveats, *dict.fromkeys((*(tree or self.left_out), *huge))))

    @staticmethod
    def _tree_source(tree: TreeSource, facts: CommandFacts) -> str:
        gap = round(facts.largest_gap_seconds * 1000)
        return f"{tree.contents}; sampled {facts.samples} times, at most {gap} ms apart"

    def _tree_peak(self) -> int:
        return max(*self._recorder.rss, self._follower.poller.alone_bytes, 0)

    def _of_tree(self, facts: CommandFacts) -> CommandFacts:
        """A tree is sampled, however the account of its largest process was come by."""
        seconds = [0.0, *self._tree_seconds, self._follower.wall_seconds]
        return replace(
            facts,
            method="polled",
            exact=False,
            samples=len(self._tree_seconds),
            largest_gap_seconds=round(max(0.0, *(later - earlier for earlier, later in pairwise(seconds))), 6),
            caveats=(*facts.caveats, *self._missed(facts)),
        )

    def _missed(self, facts: CommandFacts) -> list[str]:
        largest = facts.largest_peak_bytes or 0
        if largest <= self._tree_peak():
            return []
        from membench.harness.units import format_bytes  # noqa: PLC0415

        return [
            f"its largest process alone held {format_bytes(largest)} with mapped files, perhaps between two samples"
        ]

    def _outcome(self, *, in_time: bool, oom_kills: int) -> tuple[Outcome, str]:
        status = self._follower.status
        if not in_time:
            return Outcome.TIMED_OUT, f"no end after {self._trial.time_limit_seconds:g} s"
        if not self._follower.account.complete:
            return Outcome.CRASHED, "it killed the process that supervises it"
        if self.forced:
            return Outcome.CRASHED, "interrupted, and ended by force"
        if status in self._trial.ok_statuses and not oom_kills:
            return Outcome.OK, ""
        return judge_status(status, oom_kills)
