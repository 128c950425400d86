"""The memory of a process tree: anonymous and shared pages of all its processes, each counted once.

Page cache is left out: with it the same program reads many times as much with a cold cache as with a warm one.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from membench.harness.kernel.processes import descendants, read_proportional
from membench.harness.units import MIB, format_bytes

if TYPE_CHECKING:
    from membench.harness.kernel.cgroups import Group

TREE_METER = "peak_tree"
ATTEMPTS = 3  # at a sample in which no process comes or goes
MATTERS_BYTES = 8 * MIB
LEFT_OUT = "page cache and mapped files are left out"


def kernel_memory_left_out(held: int) -> tuple[str, ...]:
    """Say what the kernel itself held for a group of processes, where it is so much that it matters."""
    if held < MATTERS_BYTES:
        return ()
    what = f"the kernel itself held up to {format_bytes(held)} for it (pipes, sockets, page tables)"
    return (f"{what}: a memory limit counts that, and this figure does not",)


def huge_pages_left_out(held: int) -> tuple[str, ...]:
    """Say what was held of a pool of huge pages; nothing where nothing was."""
    return (f"{format_bytes(held)} of a pool of huge pages (hugetlb) are in no figure",) if held else ()


class TreeSource(Protocol):
    """Where the memory of a tree is read."""

    contents: str  # what is read, and what is in it

    def now(self) -> int:
        """Read the bytes in use now."""
        ...

    def left_out(self) -> tuple[str, ...]:
        """Say what was seen that is in no figure, where it is so much that it matters."""
        ...


class CgroupSource:
    """Reads the counters of the tree's own cgroup, which no process can leave unnoticed."""

    def __init__(self, group: "Group") -> None:
        self._group = group
        self._kernel_bytes = 0
        self.contents = f"anonymous and shared memory of the tree's own {group.version}; {LEFT_OUT}"

    def now(self) -> int:
        """Read the bytes in use now."""
        self._kernel_bytes = max(self._kernel_bytes, self._group.kernel_memory())
        return self._group.anonymous_and_shared()

    def left_out(self) -> tuple[str, ...]:
        """Say what the kernel itself held."""
        return kernel_memory_left_out(max(self._kernel_bytes, self._group.kernel_memory()))


class ProportionalSource:
    """Adds up proportional set sizes: slower, and not in one instant.

    A process that lives shorter than a sample may be missed; pages of one that is just ending may be counted in part
    a second time.
    """

    contents = (
        f"anonymous and shared memory, proportional set sizes added up; {LEFT_OUT}, and so are files in memory "
        "(memfd, tmpfs) that no process has mapped"
    )

    def __init__(self, find: Callable[[], Collection[int]]) -> None:
        self._find = find

    def now(self) -> int:
        """Read the bytes in use now."""
        total = 0
        for _ in range(ATTEMPTS):
            found = set(self._find())
            total = sum(read_proportional(pid) for pid in found)
            # A fork in between would have its pages counted whole in the parent and in part in the child.
            if set(self._find()) == found:
                break
        return total

    def left_out(self) -> tuple[str, ...]:
        """Know of nothing more: what no process has mapped cannot be seen."""
        return ()


def tree_source(root: int, group: "Group | None") -> TreeSource:
    """Choose the better source that there is for a process and those below it."""
    known: set[int] = set()

    def find() -> set[int]:
        nonlocal known
        known = descendants(root, known)
        return known

    return source_of(find, group)


def source_of(find: Callable[[], Collection[int]], group: "Group | None") -> TreeSource:
    """Choose the better source that there is for the processes that are found."""
    return CgroupSource(group) if group is not None else ProportionalSource(find)


@contextmanager
def group_for(meter: str, memory_limit_bytes: int | None) -> Iterator["Group | None"]:
    """Make a cgroup where a limit needs one, or where the meter reads better with one and it can be had.

    Raises:
        CgroupUnavailableError: a memory limit needs one, and none can be made.
    """
    if memory_limit_bytes is None and meter != TREE_METER:
        yield None
        return
    from membench.harness.kernel import cgroups  # noqa: PLC0415 - seldom needed, and in the start of every command

    with ExitStack() as stack:
        group = None
        if memory_limit_bytes is not None:
            group = stack.enter_context(cgroups.group(memory_limit_bytes))
        elif meter == TREE_METER:
            with suppress(cgroups.CgroupUnavailableError):
                group = stack.enter_context(cgroups.group())
        yield group
