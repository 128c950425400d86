"""The one way to end processes that are not this one's children: until none is found, through descriptors.

A number can belong to another process by the time it is signalled. A descriptor is opened first, then the process is
looked for again: if it is still there, the descriptor is of it.
"""

import os
import signal
import time
from collections.abc import Callable, Collection
from contextlib import suppress

ROUNDS = 400
ROUND_SECONDS = 0.005
REFUSED_ROUNDS = 20  # after which those that may not be signalled are given up


def end_all(find: Callable[[], Collection[int]]) -> frozenset[int]:
    """End every process that is found, also those that they start meanwhile; give those that could not be ended."""
    refused: set[int] = set()
    for round_number in range(ROUNDS):
        found = set(find()) - {os.getpid()}
        if not found or (found <= refused and round_number > REFUSED_ROUNDS):
            return frozenset(found)
        refused = _kill(found, find)
        time.sleep(ROUND_SECONDS)
    return frozenset(set(find()) - {os.getpid()})


def _kill(found: Collection[int], find: Callable[[], Collection[int]]) -> set[int]:
    """Kill those that are still found once a descriptor is open; give those that may not be signalled."""
    opened = {pid: descriptor for pid in found if (descriptor := _open(pid)) is not None}
    refused = set()
    try:
        for pid in set(find()) & set(opened):
            try:
                _send(pid, opened[pid])
            except PermissionError:
                refused.add(pid)
    finally:
        for descriptor in opened.values():
            if descriptor >= 0:
                os.close(descriptor)
    return refused


def _open(pid: int) -> int | None:
    """Open a process; None if it is gone, -1 where the system refuses descriptors of processes."""
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None
    except OSError:
        return -1


def _send(pid: int, descriptor: int) -> None:
    with suppress(ProcessLookupError):
        if descriptor >= 0:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
