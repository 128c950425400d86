"""Follows a process tree with ptrace, stopping each thread only when it starts and when it exits.

At its exit a process still has its memory, so its high-water mark can be read exactly; an instant later it is
gone. System calls are not traced: between those stops the program runs at its own speed.
"""

import ctypes
import os
import signal
from collections.abc import Callable

# <linux/ptrace.h>
_CONT = 7
_SEIZE = 0x4206
_LISTEN = 0x4208
_OPTIONS = 0x02 | 0x04 | 0x08 | 0x40 | 0x00100000  # FORK, VFORK, CLONE (threads start processes too), EXIT, EXITKILL
_EVENT_EXIT = 6
_EVENT_STOP = 128
_PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>
_WALL = 0x40000000
_WNOTHREAD = 0x20000000
_JOB_CONTROL = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}

WAIT_OPTIONS = _WALL | _WNOTHREAD
"""For waitpid: children of the calling thread only, those that it traces included."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


def adopt_orphans() -> None:
    """Become the parent of descendants that lose theirs, so that they can be found and collected."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Tracer:
    """Handles the stops of a process tree; all calls must come from the thread that made the first process."""

    def __init__(self, on_exit: Callable[[int], None]) -> None:
        self._on_exit = on_exit

    def seize(self, pid: int) -> bool:
        """Begin to follow a stopped child; False where the kernel does not allow it."""
        return int(_libc.ptrace(_SEIZE, pid, None, _OPTIONS)) == 0

    def handle(self, pid: int, status: int) -> None:
        """Let a process go on that has stopped."""
        event, number = status >> 16, os.WSTOPSIG(status)
        if event == _EVENT_EXIT:
            self._on_exit(pid)
        if event == _EVENT_STOP and number in _JOB_CONTROL:
            self._resume(_LISTEN, pid, 0)  # stopped by job control: stays so until somebody continues it
        else:
            self._resume(_CONT, pid, 0 if event else number)

    def _resume(self, request: int, pid: int, number: int) -> None:
        # It may have been killed meanwhile; then there is nothing to resume, and its end is what comes next.
        _libc.ptrace(request, pid, None, number)
