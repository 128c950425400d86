"""The supervisor in Python, for machines without the compiled one: the same arguments, orders and records.

It is run as a script, by an interpreter that imports as little as possible: what it holds when it forks is the floor of
every figure. See supervisor.c for the reasons; the two must say the same.
"""

import _signal  # type: ignore[import-not-found]  # `signal` has types, and brings `enum` along, which is a MiB
import os
import struct
import sys
import time

_RECORD = struct.Struct("7q16s")
_STARTED, _EXECUTED, _REFUSED, _ENDED, _SIGNALLED, _NOT_ENDED = range(1, 7)
_ROUNDS = 2500
_ROUND_SECONDS = 0.002
_LOOK_SECONDS = 0.02  # between looks for orders; the end of a child is noticed at once
_KEPT = {_signal.SIGKILL, _signal.SIGSTOP}
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER in <linux/prctl.h>
_WALL = 0x40000000


class _Supervisor:
    def __init__(self, control: int, report: int) -> None:
        self._control = control
        self._report = report
        self._root = 0
        self._told = -1

    def run(self, arguments: list[str], environment: dict[bytes, bytes]) -> None:
        every = set(_signal.valid_signals()) - _KEPT
        mask = _signal.pthread_sigmask(_signal.SIG_BLOCK, every)
        child_handling = _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
        go, may_go = os.pipe()
        self._told, tell = os.pipe()
        self._root = os.fork()
        if self._root == 0:
            os.close(may_go)
            _signal.signal(_signal.SIGCHLD, child_handling or _signal.SIG_DFL)
            _become_command(go, tell, mask, arguments, environment)
        os.close(tell)
        os.close(go)
        floor = int.from_bytes(os.read(self._told, 8), sys.byteorder)
        self._tell(_STARTED, self._root, floor, int(_adopts_orphans()))
        if len(os.read(self._control, 2)) < 2:  # noqa: PLR2004 - an order is two bytes; none came
            self._end_all()
            return
        os.set_blocking(self._control, False)
        os.set_blocking(self._told, False)
        os.write(may_go, b"g")
        os.close(may_go)
        self._supervise(every)

    def _supervise(self, every: set[int]) -> None:
        while True:
            signalled = _signal.sigtimedwait(every, _LOOK_SECONDS)
            if signalled and signalled.si_signo != _signal.SIGCHLD:
                self._tell(_SIGNALLED, signalled.si_pid, signalled.si_signo)
            self._look_for_exec()
            if not self._collect():
                return
            if not self._obey():
                self._end_all()
                return

    def _look_for_exec(self) -> None:
        if self._told < 0:
            return
        try:
            error = os.read(self._told, 8)
        except BlockingIOError:
            return
        os.close(self._told)
        self._told = -1
        if error:
            self._tell(_REFUSED, 0, int.from_bytes(error, sys.byteorder))
        else:
            self._tell(_EXECUTED, 0)

    def _collect(self) -> bool:
        """Collect the children that have ended; False if there are no more children."""
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT | _WALL)
                if found is None:
                    return True
                name, waited = _describe(found.si_pid)
                pid, status, usage = os.wait4(found.si_pid, _WALL)
            except ChildProcessError:
                return False
            cpu = round((usage.ru_utime + usage.ru_stime) * 1_000_000)
            if pid == self._root:
                self._root = 0
            self._tell(_ENDED, pid, status, usage.ru_maxrss, cpu, waited, name)

    def _obey(self) -> bool:
        """Carry out the orders that have come; False at the end of all orders."""
        try:
            while order := os.read(self._control, 2):
                if order[:1] == b"s" and self._root:
                    _kill(self._root, order[1])
        except BlockingIOError:
            return True
        return False

    def _end_all(self) -> None:
        for round_number in range(_ROUNDS):
            for pid in self._children():
                if not _kill(pid, _signal.SIGKILL) and round_number == _ROUNDS - 1:
                    self._tell(_NOT_ENDED, pid)
            if not self._collect():
                return
            time.sleep(_ROUND_SECONDS)

    def _children(self) -> list[int]:
        if _sees_itself():
            return _children()
        return [self._root] if self._root else []

    def _tell(self, kind: int, pid: int, *facts: int | bytes) -> None:
        numbers = [fact for fact in facts if isinstance(fact, int)]
        name = next((fact for fact in facts if isinstance(fact, bytes)), b"")
        filled = (*numbers, 0, 0, 0, 0)[:4]
        try:
            os.write(self._report, _RECORD.pack(kind, pid, time.monotonic_ns(), *filled, name[:15]))
        except BrokenPipeError:
            return  # membench is gone; the end of orders follows


def _kill(pid: int, number: int) -> bool:
    """Signal a child; False where it is another user's."""
    try:
        os.kill(pid, number)
    except PermissionError:
        return False
    return True


def _become_command(go: int, tell: int, mask: set[int], arguments: list[str], environment: dict[bytes, bytes]) -> None:
    session, folder, program, *command = arguments
    floor = _own_mark()
    os.write(tell, floor.to_bytes(8, sys.byteorder))
    if not os.read(go, 1):
        os._exit(127)
    if session == "1":
        os.setsid()
    try:
        if folder:
            os.chdir(folder)
        for number in (_signal.SIGPIPE, _signal.SIGXFSZ):  # Python ignores them; a program is used to be ended by them
            _signal.signal(number, _signal.SIG_DFL)
        _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)
        try:
            os.execve(program, command, environment)  # noqa: S606 - to run it is what this is for
        except OSError as error:
            if error.errno != 8:  # noqa: PLR2004 - ENOEXEC; `errno` would be one more import
                raise
            os.execve("/bin/sh", ["/bin/sh", program, *command[1:]], environment)  # noqa: S606 - as above
    except OSError as error:
        os.write(tell, (error.errno or 0).to_bytes(8, sys.byteorder))
    os._exit(127)


def _own_mark() -> int:
    """Read the high-water mark of this process in KiB."""
    for line in _read("/proc/self/status").splitlines():
        if line.startswith(b"VmHWM:"):
            return int(line.split()[1])
    return 0


def _describe(pid: int) -> tuple[bytes, int]:
    """Give the name of a child that has ended, and whether it waited for a child of its own: those have page faults."""
    before, bracket, after = _read(f"/proc/{pid}/stat").rpartition(b")")
    if not bracket or not _sees_itself():
        return b"", -1
    fields = after.split()
    return before.partition(b"(")[2], int(int(fields[8]) + int(fields[10]) > 0)


def _sees_itself() -> bool:
    """Tell whether the numbers under /proc are those of this namespace."""
    try:
        return os.readlink("/proc/self") == str(os.getpid())
    except OSError:
        return False


def _children() -> list[int]:
    pid = os.getpid()
    path = f"/proc/{pid}/task/{pid}/children"
    if os.path.exists(path):
        return [int(child) for child in _read(path).split()]
    parent = [str(pid).encode()]
    return [
        int(entry)
        for entry in os.listdir("/proc")
        if entry.isdigit() and _read(f"/proc/{entry}/stat").rpartition(b")")[2].split()[1:2] == parent
    ]


def _read(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _environment() -> dict[bytes, bytes]:
    """Read the environment as it was given: where the locale is C, Python has added a variable to its own."""
    found: dict[bytes, bytes] = {}
    for entry in _read_whole("/proc/self/environ").split(b"\0"):
        name, equals, value = entry.partition(b"=")
        if equals:
            found.setdefault(name, value)
    return found


def _read_whole(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _adopts_orphans() -> bool:
    """Become the reaper of the tree; only now, since what ctypes takes is not to be in the floor."""
    import ctypes  # noqa: PLC0415

    return bool(ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0) == 0)


if __name__ == "__main__":
    for _descriptor in sys.argv[1:3]:
        os.set_inheritable(int(_descriptor), False)  # noqa: FBT003 - it takes no keywords
    _Supervisor(int(sys.argv[1]), int(sys.argv[2])).run(sys.argv[3:], _environment())
