"""Memory control groups: a group of its own for a trial, with a limit, what is in it, and an end for all of it.

Both versions are spoken. Where neither lets this user make a group, `make_group` says why.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from membench.harness.errors import UsageError
from membench.harness.kernel.killing import end_all
from membench.harness.kernel.pressure import OBSERVER, Pressure, make_beside, pressure_of

V1_ROOT = Path("/sys/fs/cgroup/memory")
V2_ROOTS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
PREFIX = "membench-"
REMOVE_ROUNDS = 100
_PAGE = 4096
ROUND_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class _Dialect:
    """What the two versions call the same things."""

    name: str
    limit: str
    swap_limit: str
    # None: a page more than the limit, because it counts memory and swap together. Were they equal, that of both would
    # be met first, and the kernel does not count how often.
    swap_limit_value: str | None
    events: str
    anonymous: bytes
    shared: bytes
    kernel_peak: str | None  # None: only what it is now is told, in memory.stat
    highest: str  # since the group was made; the kernel has had it for version 2 since 5.19


_V1 = _Dialect(
    name="cgroup-v1",
    limit="memory.limit_in_bytes",
    swap_limit="memory.memsw.limit_in_bytes",
    swap_limit_value=None,
    events="memory.oom_control",
    anonymous=b"total_rss",
    shared=b"total_shmem",
    kernel_peak="memory.kmem.max_usage_in_bytes",
    highest="memory.max_usage_in_bytes",
)
_V2 = _Dialect(
    name="cgroup-v2",
    limit="memory.max",
    swap_limit="memory.swap.max",
    swap_limit_value="0",
    events="memory.events",
    anonymous=b"anon",
    shared=b"shmem",
    kernel_peak=None,
    highest="memory.peak",
)


class CgroupUnavailableError(UsageError):
    """This user cannot make a memory cgroup here; the message says why."""


class Group:
    """A memory cgroup of one trial."""

    def __init__(self, path: Path, dialect: _Dialect) -> None:
        self._path = path
        self._dialect = dialect
        self._beside: Path | None = None  # a group that gets the same processes, for what it tells of them

    @property
    def version(self) -> str:
        """Tell which kind it is: `cgroup-v1` or `cgroup-v2`."""
        return self._dialect.name

    @property
    def path(self) -> Path:
        """Where its files are."""
        return self._path

    def limit(self, size: int) -> None:
        """Set the memory limit in bytes, swap included."""
        self._write(self._dialect.limit, str(size))
        with suppress(OSError):  # a kernel without swap accounting has no such file, and then no swap to limit
            self._write(self._dialect.swap_limit, self._dialect.swap_limit_value or str(size + _PAGE))

    def add(self, pid: int) -> None:
        """Take a process in; its children to come are in it too.

        Raises:
            OSError: the process has ended already.
        """
        self._write("cgroup.procs", str(pid))
        if self._beside is not None:
            (self._beside / "cgroup.procs").write_text(str(pid), encoding="ascii")

    def watch_pressure(self) -> None:
        """Have the kernel tell how much its processes wait for memory, where that takes a second group."""
        if not (self._path / "memory.pressure").exists():
            self._beside = make_beside(PREFIX.rstrip("-"))

    def pressure(self) -> Pressure:
        """Tell how much the limit has held up its processes."""
        return pressure_of(self._path, self._beside)

    def anonymous_and_shared(self) -> int:
        """Tell how many bytes of anonymous and shared memory its processes hold now, page cache left out."""
        wanted = {self._dialect.anonymous, self._dialect.shared}
        lines = (line.split() for line in (self._path / "memory.stat").read_bytes().splitlines())
        return sum(int(line[1]) for line in lines if line[0] in wanted)

    def kernel_memory(self) -> int:
        """Tell how many bytes the kernel itself holds for its processes: pipes, sockets, page tables.

        With version 1 that is the most so far, with version 2 what it is now; 0 where it is not accounted for.
        """
        with suppress(OSError, ValueError):
            if self._dialect.kernel_peak is not None:
                return int((self._path / self._dialect.kernel_peak).read_text(encoding="ascii"))
            lines = (line.split() for line in (self._path / "memory.stat").read_bytes().splitlines())
            return sum(int(line[1]) for line in lines if line[0] == b"kernel")
        return 0

    def oom_kills(self) -> int:
        """Tell how many of its processes the kernel has killed for want of memory."""
        for line in (self._path / self._dialect.events).read_text(encoding="ascii").splitlines():
            name, _, count = line.partition(" ")
            if name == "oom_kill":
                return int(count)
        return 0

    def highest_bytes(self) -> int:
        """Tell the most that was charged to it, page cache and kernel memory included; 0 where that is not kept."""
        try:
            return int((self._path / self._dialect.highest).read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0

    def pids(self) -> list[int]:
        """List its processes."""
        return [int(pid) for pid in (self._path / "cgroup.procs").read_text(encoding="ascii").split()]

    def kill(self) -> None:
        """End all its processes, also those that they start meanwhile."""
        with suppress(OSError):  # version 2 since Linux 5.14: all in one instant
            self._write("cgroup.kill", "1")
        end_all(self.pids)

    def remove(self) -> None:
        """End all its processes and remove it."""
        self.kill()
        for path in filter(None, (self._path, self._beside)):
            for _ in range(REMOVE_ROUNDS):
                with suppress(OSError):  # busy until the kernel has let the last process go
                    path.rmdir()
                    break
                time.sleep(ROUND_SECONDS)

    def _write(self, name: str, text: str) -> None:
        (self._path / name).write_text(text, encoding="ascii")


def existing_group(path: Path) -> Group:
    """Give a group that was made before, perhaps by another process."""
    return Group(path, _V1 if (path / _V1.limit).exists() else _V2)


@contextmanager
def group(limit_bytes: int | None = None) -> Iterator[Group]:
    """Make a cgroup for the length of a `with`; nothing in it outlives that.

    Raises:
        CgroupUnavailableError: this user cannot make one here.
    """
    made = make_group()
    tell = OBSERVER.get()
    try:
        if limit_bytes is not None:
            made.limit(limit_bytes)
        if tell is not None:
            made.watch_pressure()
        yield made
    finally:
        if tell is not None:
            made.kill()
            tell(made.pressure())
        made.remove()


def make_group() -> Group:
    """Make a cgroup below the one that this process is in.

    Raises:
        CgroupUnavailableError: this user cannot make one here.
    """
    reasons = []
    for parent, dialect in _candidates():
        try:
            _remove_stale(parent)
            path = parent / f"{PREFIX}{os.getpid()}-{time.monotonic_ns()}"
            path.mkdir()
        except OSError as error:
            reasons.append(f"{parent}: {error.strerror}")
            continue
        if (path / dialect.limit).exists():
            return Group(path, dialect)
        path.rmdir()
        reasons.append(f"{parent}: the memory controller is not delegated to it")
    raise CgroupUnavailableError(
        "A memory cgroup is needed and cannot be made here "
        f"({'; '.join(reasons) or 'no cgroup file system is mounted'}). Run as root, or with a delegated cgroup."
    )


def _candidates() -> Iterator[tuple[Path, _Dialect]]:
    for line in Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
        _, controllers, own = line.split(":", 2)
        if "memory" in controllers.split(","):
            yield from ((place, _V1) for place in _existing(V1_ROOT / own.strip("/"), V1_ROOT))
        elif not controllers:
            for root in V2_ROOTS:
                if (root / "cgroup.controllers").exists():
                    yield from ((place, _V2) for place in _existing(root / own.strip("/"), root))


def _existing(*places: Path) -> list[Path]:
    # A container often sees its own group as the root, under a path that does not exist inside it.
    return [place for place in dict.fromkeys(places) if place.is_dir()]


def _remove_stale(parent: Path) -> None:
    """Remove the groups of runs that were killed before they could do so."""
    for path in parent.glob(f"{PREFIX}*"):
        pid = path.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            with suppress(OSError):
                path.rmdir()
