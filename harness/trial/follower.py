"""Follows a command from its start to the end of its last process, and learns what each of them held."""

import os
import selectors
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from membench.harness.errors import MeasurementError
from membench.harness.kernel import supervisor
from membench.harness.kernel.killing import end_all
from membench.harness.kernel.live_tree import below, cpu_nanoseconds, is_running
from membench.harness.kernel.ptrace import adopt_orphans
from membench.harness.kernel.supervisor import Start, Supervisor, supervised
from membench.harness.model import CommandFacts
from membench.harness.trial.account import Account
from membench.harness.trial.poller import Poller

if TYPE_CHECKING:
    from membench.harness.kernel.cgroups import Group
    from membench.harness.trial.tracing import Tracing

IDLE_SECONDS = 0.25
"""Processes that outlive the command and use no CPU for so long are not about to end by themselves."""
GRACE_SECONDS = 2.0  # that they have in any case
SUPERVISOR_SECONDS = 8.0  # that the supervisor may take to end everything
_LOOK_SECONDS = 0.02


class Follower:
    """A command that runs; `take` what is reported until it `has_ended`."""

    def __init__(self, running: Supervisor, started: supervisor.Started, group: "Group | None") -> None:
        self._supervisor = running
        self._group = group
        self._ending = False
        self._killed = 0
        self._reports = True
        self.account = Account(root=started.pid, floor_bytes=started.floor_bytes, adopts_orphans=started.adopts_orphans)
        self.poller = Poller(running.pid)
        self.tracing: Tracing | None = None
        self.report = running.report
        self.refusal: int | None = None  # an errno, where the program could not be executed
        self.executed = False
        self.started = time.monotonic()
        self.finished = 0.0
        self.status = 0
        self.has_ended = False
        self.signals: list[supervisor.Signalled] = []

    @property
    def wall_seconds(self) -> float:
        """How long the command ran, from its exec to its end."""
        return max(0.0, (self.finished or time.monotonic()) - self.started)

    def take(self) -> None:
        """Take what has been reported meanwhile; never waits."""
        while self._reports:
            events = self._supervisor.events()
            if events is None:
                self._reports = False
                self._lose_supervisor()
            if not events:
                return
            for event in events:
                self._note(event)

    def _note(self, event: supervisor.Event) -> None:
        match event:
            case supervisor.Executed():
                self.executed = True
                self.started = event.at
                self.poller.start(event.at)
            case supervisor.Refused():
                self.refusal = event.error
            case supervisor.Ended():
                self._note_end(event)
            case supervisor.Signalled():
                self.signals.append(event)
            case supervisor.NotEnded():
                self.account.not_ended |= {event.pid}
            case supervisor.Started():
                pass

    def _note_end(self, ended: supervisor.Ended) -> None:
        self.account.ended.append(ended)
        self._killed += self._ending and ended.status == -signal.SIGKILL
        if ended.pid == self.account.root:
            self.has_ended, self.finished, self.status = True, ended.at, ended.status
            self.poller.note_gap(ended.at)

    def _lose_supervisor(self) -> None:
        """Note the end of the supervisor: too early, if the command has killed it."""
        if not self.has_ended:
            self.account.complete = False
            self.has_ended, self.finished, self.status = True, time.monotonic(), -signal.SIGKILL

    def poll(self) -> tuple[int, float]:
        """Look at every process; give what the largest one holds now, and the seconds to wait until the next look."""
        if not self.executed:  # what is there is not the command yet
            return 0, _LOOK_SECONDS / 10
        return self.poller.poll()

    def facts(self, *, left_behind: int) -> CommandFacts:
        """Say what the figure is, how it was come by, and what it can miss."""
        account, poller = self.account, self.poller
        account.polled = poller.peaks
        account.ignores_children = poller.ignores_children
        account.can_poll = poller.possible
        account.samples, account.largest_gap_seconds = poller.samples, poller.largest_gap_seconds
        if self.tracing is not None:
            account.traced = self.tracing.peaks if self.tracing.holds else None
            account.trace_refused = not self.tracing.holds
        return account.facts(left_behind=left_behind)

    def signal(self, number: int) -> None:
        """Send a signal to the command's own process."""
        self._supervisor.signal(number)

    def is_own(self, pid: int) -> bool:
        """Tell whether a process is one of the command's."""
        return pid in below(self._supervisor.pid)

    def let_helpers_end(self) -> None:
        """Give those that outlive the command time to end by themselves, as long as they are at it."""
        until = time.monotonic() + GRACE_SECONDS
        seen: tuple[frozenset[int], int] = (frozenset(), 0)
        since = time.monotonic()
        while self._reports and (now := time.monotonic()) < until:
            self._wait(_LOOK_SECONDS)
            self.poll()
            left = frozenset(filter(is_running, self.poller.pids))
            state = (left, cpu_nanoseconds(left))
            if state != seen:
                seen, since = state, now
            elif now - since > IDLE_SECONDS:
                return

    def end_all(self) -> int:
        """End every process that is left; give how many did not end by themselves."""
        outlived = self.has_ended
        self._ending = True
        if self._group is not None:
            self._group.kill()
        self._supervisor.end_all()
        until = time.monotonic() + SUPERVISOR_SECONDS
        while self._reports and time.monotonic() < until:
            self._wait(_LOOK_SECONDS)
        if self._reports or not self.account.complete:
            self._end_without_supervisor()
        return self._killed if outlived else 0

    def _wait(self, seconds: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.report, selectors.EVENT_READ)
            selector.select(seconds)
        self.take()

    def _end_without_supervisor(self) -> None:
        """End those that the supervisor left, because it was killed or because they are another user's."""
        known = set(self.poller.pids)
        if self._reports:
            known |= set(below(self._supervisor.pid))
            with suppress(ProcessLookupError):
                os.kill(self._supervisor.pid, signal.SIGKILL)
        self._killed += len({pid for pid in known if is_running(pid)})

        def find() -> set[int]:
            orphans = {pid for pid in below(os.getpid()) if pid in known}
            known.update(child for pid in orphans for child in below(pid))
            grouped = set(self._group.pids()) if self._group is not None else set()
            return {pid for pid in orphans | grouped if is_running(pid)}

        self.account.not_ended |= end_all(find)
        for pid in known:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


@contextmanager
def followed(start: Start, group: "Group | None", *, trace: bool) -> Iterator[Follower]:
    """Start a command and follow it; when the `with` ends nothing of it is left.

    Raises:
        MeasurementError: it could not be started.
    """
    adopt_orphans()  # the second line: if the command kills its supervisor
    with ExitStack() as stack:
        try:
            running = stack.enter_context(supervised(start))
        except OSError as error:
            raise MeasurementError(f"Could not start {start.argv[0]}: {error.strerror}.") from error
        except ValueError as error:
            raise MeasurementError(
                f"Could not start {start.argv[0]}: an argument or a variable that no process can be given ({error})."
            ) from error
        first = running.wait_for_start()
        if not isinstance(first, supervisor.Started):
            raise MeasurementError(f"Could not start {start.argv[0]}: {os.strerror(first.error)}.")
        follower = Follower(running, first, group)
        stack.callback(follower.end_all)
        if group is not None:
            group.add(first.pid)
        if trace:
            from membench.harness.trial.tracing import Tracing  # noqa: PLC0415 - seldom asked for

            tracing = Tracing(first.pid)
            stack.enter_context(_ended_before(tracing, follower))
            follower.tracing = tracing
        running.let_go()
        yield follower


@contextmanager
def _ended_before(tracing: "Tracing", follower: Follower) -> Iterator[None]:
    """Trace, and end everything before the tracing is waited for."""
    with tracing.running():
        try:
            yield
        finally:
            follower.end_all()


def why_not_executed(program: str, argv: str, number: int) -> str:
    """Say why a program that is there could not be executed."""
    reason = os.strerror(number)
    if number == 2 and Path(program).exists():  # noqa: PLR2004 - ENOENT
        reason += "; the interpreter that its first line names is missing"
    return f"Could not start {argv}: {reason}."
