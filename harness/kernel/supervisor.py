"""Runs a command below a supervisor of its own, and tells what the supervisor reports of it.

The supervisor is the parent of the command and adopts every orphan below it, so that the kernel's account of each
process can be had when it ends, and so that nothing below it is ever lost sight of.
"""

import fcntl
import os
import signal
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

from membench.harness.kernel import supervisor_program

_STARTED, _EXECUTED, _REFUSED, _ENDED, _SIGNALLED, _NOT_ENDED = range(1, 7)  # the kinds of records
_RECORD = struct.Struct("7q16s")
_KIB = 1024
_NANOSECONDS = 1_000_000_000
_FIRST_DESCRIPTOR = 10  # above those that file actions write over
_READ_RECORDS = 256


class Started(NamedTuple):
    """The command's process is there, and waits to be let go."""

    pid: int
    floor_bytes: int  # no figure below it means anything
    adopts_orphans: bool


class Executed(NamedTuple):
    """The process has become the command."""

    at: float  # by time.monotonic()


class Refused(NamedTuple):
    """The command could not be started."""

    error: int  # an errno


class Ended(NamedTuple):
    """A process has ended, and this is the kernel's account of it and of those that it waited for."""

    pid: int
    at: float  # by time.monotonic()
    status: int  # of its exit, or minus the signal that ended it
    peak_bytes: int
    cpu_seconds: float
    waited: bool | None  # for any child; if not, the figures are its own. None where it is not known
    name: str


class Signalled(NamedTuple):
    """A signal came to the supervisor, and so probably to the whole process group."""

    number: int
    sender: int  # 0 where the kernel sent it, as a terminal does


class NotEnded(NamedTuple):
    """A process that may not be signalled is left."""

    pid: int


Event = Started | Executed | Refused | Ended | Signalled | NotEnded


class Start(NamedTuple):
    """What is started, and how. The descriptors stay open and belong to the caller."""

    program: str  # a path
    argv: Sequence[str]
    environment: Mapping[str, str]
    descriptors: tuple[int, int, int]  # standard input, output and error
    folder: str = ""  # to run it in; "" for the current one
    own_session: bool = True


class Supervisor:
    """A running supervisor and the command below it."""

    def __init__(self, pid: int, report: int, control: int) -> None:
        self.pid = pid
        self.report = report  # readable when there are events
        self._control = control

    def wait_for_start(self) -> Started | Refused:
        """Wait for the command's process; it waits to be let go."""
        events = self.events()
        first = events[0] if events else None
        if isinstance(first, Started):
            os.set_blocking(self.report, False)
            return first
        return first if isinstance(first, Refused) else Refused(error=0)

    def events(self) -> list[Event] | None:
        """Give the events that have come; None once the supervisor has ended and there are no more."""
        try:
            data = os.read(self.report, _READ_RECORDS * _RECORD.size)
        except BlockingIOError:
            return []
        return [_event(fields) for fields in _RECORD.iter_unpack(data)] if data else None

    def let_go(self) -> None:
        """Let the process become the command."""
        self._order(b"g\0")

    def signal(self, number: int) -> None:
        """Send a signal to the command's own process, if it has not ended."""
        self._order(bytes((ord("s"), number)))

    def end_all(self) -> None:
        """Have every process ended; the events tell of each, and end when all are gone."""
        if self._control < 0:
            return
        os.close(self._control)
        self._control = -1
        with suppress(OSError):  # a program can stop its parent
            os.kill(self.pid, signal.SIGCONT)

    def _order(self, order: bytes) -> None:
        with suppress(OSError):  # it has ended by itself
            os.write(self._control, order)


@contextmanager
def supervised(start: Start) -> Iterator[Supervisor]:
    """Start a supervisor; when the `with` ends it has ended too.

    Raises:
        OSError: it could not be started.
        ValueError: an argument or a variable has a NUL in it, which no process can be given.
    """
    orders, control = _pipe()
    report, told = _pipe()
    try:
        try:
            pid = _spawn(start, orders, told)
        finally:
            os.close(orders)
            os.close(told)
        running = Supervisor(pid, report, control)
        control = -1
        try:
            yield running
        finally:
            running.end_all()
            os.waitpid(pid, 0)
    finally:
        os.close(report)
        if control >= 0:
            os.close(control)


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    try:
        reading, writing = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST_DESCRIPTOR) for end in ends)
    finally:
        for end in ends:
            os.close(end)
    return reading, writing


def _spawn(start: Start, orders: int, told: int) -> int:
    command = supervisor_program.supervisor_command()
    try:
        return _spawn_as(command, start, orders, told)
    except PermissionError:  # a file system that nothing may be run from
        plain = supervisor_program.plain_command()
        if command == plain:
            raise
        return _spawn_as(plain, start, orders, told)


def _spawn_as(command: tuple[str, ...], start: Start, orders: int, told: int) -> int:
    own = (str(orders), str(told), str(int(start.own_session)), start.folder, start.program)
    actions = [(os.POSIX_SPAWN_DUP2, given, target) for target, given in enumerate(start.descriptors)]
    return os.posix_spawn(
        command[0],
        [*command, *own, *start.argv],
        start.environment,
        file_actions=[*actions, (os.POSIX_SPAWN_DUP2, orders, orders), (os.POSIX_SPAWN_DUP2, told, told)],
        # Python ignores them; a program is used to be ended by them.
        setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],
    )


def _event(fields: tuple[int, int, int, int, int, int, int, bytes]) -> Event:
    kind, pid, nanoseconds, first, second, third, fourth, name = fields
    at = nanoseconds / _NANOSECONDS
    if kind == _STARTED:
        return Started(pid=pid, floor_bytes=max(0, first) * _KIB, adopts_orphans=bool(second))
    if kind == _EXECUTED:
        return Executed(at=at)
    if kind == _REFUSED:
        return Refused(error=first)
    if kind == _SIGNALLED:
        return Signalled(number=first, sender=pid)
    if kind == _NOT_ENDED:
        return NotEnded(pid=pid)
    return Ended(
        pid=pid,
        at=at,
        status=os.waitstatus_to_exitcode(first),
        peak_bytes=second * _KIB,
        cpu_seconds=third / 1_000_000,
        waited=None if fourth < 0 else bool(fourth),
        name=name.rstrip(b"\0").decode(errors="replace"),
    )
