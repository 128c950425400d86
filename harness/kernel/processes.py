"""Reads what the kernel tells of processes under /proc. A process that has ended reads as nothing."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_KIB = 1024


def read_proportional(pid: int) -> int:
    """Read the anonymous and shared memory of a process in bytes, pages in several processes counted in parts."""
    total = 0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith((b"Pss_Anon:", b"Pss_Shmem:")):
                total += int(line.split()[1]) * _KIB
    except OSError:  # gone, or another user's
        return 0
    return total


def read_name(pid: int) -> str:
    """Read the name of a process: its program's, cut to 15 characters by the kernel."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


class _Stat(NamedTuple):
    state: str
    parent: int
    session: int


def _read_stat(pid: int) -> _Stat | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    return _Stat(state=fields[0], parent=int(fields[1]), session=int(fields[3]))


def is_alive(pid: int) -> bool:
    """Tell whether a process runs: there, and not merely waiting to be collected by its parent."""
    stat = _read_stat(pid)
    return stat is not None and stat.state not in "ZX"


def descendants(root: int, known: Iterable[int] = ()) -> set[int]:
    """Find the live processes below `root` or in its session, and below those `known` from an earlier look.

    A daemon that has left the session and lost its parent is found as long as it was known before.
    """
    stats = {
        pid: stat
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and (stat := _read_stat(pid := int(entry.name))) is not None
    }
    found = {root, *known} | {pid for pid, stat in stats.items() if stat.session == root}
    while more := {pid for pid, stat in stats.items() if stat.parent in found} - found:
        found |= more
    return {pid for pid in found if pid in stats and stats[pid].state not in "ZX"}


def processes_in(folder: Path) -> set[int]:
    """Find the live processes whose working folder lies in a folder, or that were given the name of something in it.

    What is given in the environment counts like an argument: it is passed on to children that work elsewhere.
    """
    inside = os.fsencode(f"{folder}/")
    return {
        pid
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and is_alive(pid := int(entry.name)) and _names(entry, inside)
    }


def _names(process: Path, inside: bytes) -> bool:
    try:
        if os.fsencode(f"{(process / 'cwd').readlink()}/").startswith(inside):
            return True
        words = (process / "cmdline").read_bytes().split(b"\0")
        values = (entry.partition(b"=")[2] for entry in (process / "environ").read_bytes().split(b"\0"))
        return any(word.startswith(inside) for word in (*words, *values))
    except OSError:  # gone, or another user's
        return False
