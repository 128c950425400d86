"""Looks at a running process tree: who is in it, and what each process holds.

Cheap enough for a look every few milliseconds. Only the tree's own entries under /proc are read, not those of the whole
machine; where the kernel keeps no lists of children, all are.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from typing import NamedTuple

from membench.harness.kernel.processes import descendants

_KIB = 1024
_READ_BYTES = 8192
_HAS_ONE_THREAD = b"\nThreads:\t1\n"
_SIGCHLD_IGNORED = 1 << 16  # the bit of signal 17


class Status(NamedTuple):
    """What a process holds, in bytes, and what it is called."""

    name: str
    group: int  # the process that a thread belongs to
    peak: int  # VmHWM: since its last exec, or since it reset the mark itself
    now: int
    file: int  # of `now`: pages of mapped files
    huge: int  # pages of a huge page pool (hugetlb), which are in none of the others
    ignores_children: bool  # then the kernel keeps no account of those that end


def read_status(pid: int) -> Status | None:
    """Read the status of a process; None once it has let go of its memory."""
    return _status(_read(f"/proc/{pid}/status"))


def statuses_below(root: int) -> Iterator[tuple[int, Status | None]]:
    """Read the status of every process below a process."""
    if not _lists_children():
        yield from ((pid, read_status(pid)) for pid in below(root))
        return
    waiting = _children(root)
    while waiting:
        pid = waiting.pop()
        text = _read(f"/proc/{pid}/status")
        if _HAS_ONE_THREAD in text:  # then its children need no look for threads
            waiting += map(int, _read(f"/proc/{pid}/task/{pid}/children").split())
        else:
            waiting += _children(pid)
        yield pid, _status(text)


def _status(text: bytes) -> Status | None:
    peak = _number(text, b"\nVmHWM:")
    if peak is None:
        return None
    ignored = text.find(b"\nSigIgn:")
    return Status(
        name=text[: text.find(b"\n")].partition(b"\t")[2].decode(errors="replace"),
        group=int(text[text.find(b"\nTgid:") + 6 :].split(None, 1)[0]),
        peak=peak,
        now=_number(text, b"\nVmRSS:") or 0,
        file=_number(text, b"\nRssFile:") or 0,
        huge=_number(text, b"\nHugetlbPages:") or 0,
        ignores_children=ignored >= 0 and bool(int(text[ignored + 8 : ignored + 26], 16) & _SIGCHLD_IGNORED),
    )


def below(root: int) -> list[int]:
    """List the processes below a process, those that have ended but were not collected included."""
    if not _lists_children():
        return [pid for pid in descendants(root) if pid != root]
    found: list[int] = []
    parents = [root]
    while parents:
        children = [child for parent in parents for child in _children(parent)]
        found += children
        parents = children
    return found


def cpu_nanoseconds(pids: Iterable[int]) -> int:
    """Add up the CPU time that the main threads of processes have had; one that has ended adds nothing."""
    total = 0
    for pid in pids:
        with suppress(ValueError, IndexError):
            total += int(_read(f"/proc/{pid}/schedstat").split()[0])
    return total


def is_running(pid: int) -> bool:
    """Tell whether a process runs, and does not merely wait to be collected."""
    fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    return bool(fields) and fields[0] not in {b"Z", b"X"}


@cache
def shows_own_numbers() -> bool:
    """Tell whether the numbers under /proc are this namespace's: else they are other processes'."""
    try:
        return os.readlink("/proc/self") == str(os.getpid())
    except OSError:
        return False


@cache
def _lists_children() -> bool:
    return os.path.exists(f"/proc/self/task/{os.getpid()}/children")


def _children(pid: int) -> list[int]:
    """List the children of all threads of a process."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    return [int(child) for thread in threads for child in _read(f"/proc/{pid}/task/{thread}/children").split()]


def _number(text: bytes, label: bytes) -> int | None:
    """Read one of the sizes in bytes."""
    start = text.find(label)
    if start < 0:
        return None
    start += len(label)
    return int(text[start : text.find(b"kB", start)]) * _KIB


def _read(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(descriptor, _READ_BYTES)
    except OSError:  # it has ended in between
        return b""
    finally:
        os.close(descriptor)
