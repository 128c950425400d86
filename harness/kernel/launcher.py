"""Holds a command back before its first instruction: until it is in its cgroup, and followed if it is to be.

A shell stops itself, and becomes the command once it is let go. The kernel's high-water mark starts anew at that exec,
so nothing of the shell is in a figure.
"""

import os
import signal
from collections.abc import Sequence

SHELL = "/bin/sh"
SCRIPT = 'kill -STOP $$; exec "$@"'
_CHANGE_FOLDER = 'cd -- "$0" || exit 127; '


def held(command: Sequence[str], folder: str = "") -> list[str]:
    """Give the arguments that start a command held back, in the caller's folder or in another one."""
    script = f"{_CHANGE_FOLDER}{SCRIPT}" if folder else SCRIPT
    return [SHELL, "-c", script, folder or "sh", *command]


def wait_until_held(pid: int) -> None:
    """Return once a child that was started with `held` has stopped; it is not collected."""
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)


def let_go(pid: int) -> None:
    """Let a held child become its command."""
    os.kill(pid, signal.SIGCONT)
