"""Names the end of a process that failed."""

import signal

from membench.harness.model import Outcome


def judge_status(status: int, oom_kills: int) -> tuple[Outcome, str]:
    """Name the end of a process that failed: by its exit status, or by minus the signal that ended it.

    A status of 0 is a failure as well where the kernel has ended a child for want of memory: a program that goes on
    without it has not done all its work under that limit.
    """
    if oom_kills:
        which = "it" if status < 0 else "a process that it had started"
        return Outcome.OUT_OF_MEMORY, f"the kernel ended {which} at its memory limit"
    if status < 0:
        return Outcome.CRASHED, f"signal {-status} ({_signal_name(-status)})"
    return Outcome.CRASHED, f"exit status {status}"


def _signal_name(number: int) -> str:
    """Name a signal as `kill -l` does: the enumeration has the first and the last of the real-time signals alone."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIGRTMIN{number - signal.SIGRTMIN:+d}"
