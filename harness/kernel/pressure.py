"""How much a memory cgroup held up what ran in it: pressure stall information, reclaims, faults and refaults.

Version 2 has all of it in one group. Version 1 has no `memory.pressure`; where an empty hierarchy of version 2 is
mounted beside it, a second group there is given the same processes, and the kernel's figure is read from that.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple

V2_BESIDE = (Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup"))
_MICRO = 1e-6


class Pressure(NamedTuple):
    """What the kernel counted over the life of a group. None: this machine does not tell."""

    stalled_seconds: float | None  # in which at least one process waited for memory
    limit_hits: int | None  # how often the limit was met, and memory had to be taken back
    major_faults: int | None  # pages read from disk
    refaults: int | None  # of those, pages that had been taken back before
    read_from: str


def pressure_of(path: Path, beside: Path | None) -> Pressure:
    """Read the figures of a group of either version."""
    statistics = _numbers(path / "memory.stat")
    prefix = "total_" if "total_pgmajfault" in statistics else ""
    refaults = [statistics.get(f"{prefix}workingset_refault_{kind}") for kind in ("file", "anon")]
    known = [count for count in refaults if count is not None]
    hits, hits_from = _hits(path)
    stalled, stalled_from = _stalled(path), "its memory.pressure"
    if stalled is None and beside is not None:
        stalled, stalled_from = _stalled(beside), f"memory.pressure of a group below {beside.parent}"
    sources = [stalled_from if stalled is not None else "no memory.pressure here", hits_from, "memory.stat"]
    return Pressure(
        stalled_seconds=stalled,
        limit_hits=hits,
        major_faults=statistics.get(f"{prefix}pgmajfault"),
        refaults=sum(known) if known else None,
        read_from=", ".join(sources),
    )


@contextmanager
def observed() -> Iterator[list[Pressure]]:
    """Note the pressure of each group that this thread makes and removes meanwhile."""
    found: list[Pressure] = []
    token = OBSERVER.set(found.append)
    try:
        yield found
    finally:
        OBSERVER.reset(token)


OBSERVER: ContextVar[Callable[[Pressure], None] | None] = ContextVar("OBSERVER", default=None)


def make_beside(name: str) -> Path | None:
    """Make a group in a hierarchy of version 2 that has no controllers; None where there is none to write to."""
    lines = Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()
    own = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), None)
    for root in V2_BESIDE if own is not None else ():
        for parent in dict.fromkeys((root / (own or "").strip("/"), root)):
            path = parent / f"{name}-{os.getpid()}-{time.monotonic_ns()}"
            with suppress(OSError):
                path.mkdir()
                if (path / "memory.pressure").exists():
                    return path
                path.rmdir()
    return None


def _stalled(path: Path) -> float | None:
    with suppress(OSError, ValueError, IndexError):
        for line in (path / "memory.pressure").read_text(encoding="ascii").splitlines():
            if line.startswith("some "):
                return int(line.rpartition("total=")[2]) * _MICRO
    return None


def _hits(path: Path) -> tuple[int | None, str]:
    counts = []
    # Where swap is counted too, the charge to both is tried first, and fails first.
    for name in ("memory.failcnt", "memory.memsw.failcnt"):
        with suppress(OSError, ValueError):
            counts.append(int((path / name).read_text(encoding="ascii")))
    if counts:
        return max(counts), "memory.failcnt and memory.memsw.failcnt"
    return _numbers(path / "memory.events").get("max"), "memory.events"


def _numbers(path: Path) -> dict[str, int]:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return {}
    return {name: int(value) for name, _, value in (line.partition(" ") for line in lines) if value.isdigit()}
