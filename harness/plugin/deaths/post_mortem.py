"""Says what is known of a process that died while it ran tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from membench.harness.kernel.cgroups import Group
from membench.harness.plugin.deaths.recorder import Record
from membench.harness.units import format_bytes

_VMSTAT = Path("/proc/vmstat")


class Death(NamedTuple):
    """What the kernel tells of it."""

    limit_bytes: int | None
    kills: int  # for want of memory: in its own group, or on the whole machine where it had none
    peak_bytes: int | None  # the highest that was seen while the last test ran
    polled: bool  # whether that was polled, and may be too small


def kills_of_machine() -> int:
    """Tell how many processes the kernel has ended for want of memory since it started."""
    try:
        lines = _VMSTAT.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def death_in(group: Group, limit_bytes: int, outside_bytes: int) -> Death:
    """Read it from the group that the process was in; `outside_bytes` it had when it entered."""
    return Death(limit_bytes, group.oom_kills(), group.highest_bytes() + outside_bytes, polled=False)


def story(name: str, record: Record | None, death: Death) -> str:
    """Tell who was running, how high it was, and what earlier tests had left."""
    return "\n".join(_lines(name, record, death))


def _lines(name: str, record: Record | None, death: Death) -> Iterator[str]:
    doing = record.doing if record and record.test else "no test"
    yield f"memory: {name} {_ended(death)} while it ran {doing}"
    if record is None or not record.test:
        return
    if death.peak_bytes is not None:
        own = max(0, death.peak_bytes - record.start_bytes)
        least = "at least " if death.polled else ""
        yield (
            f"  its peak so far: {least}{format_bytes(death.peak_bytes)}, {least}{format_bytes(own)} of it since the "
            "test began"
        )
    yield (
        f"  resident when the test began: {format_bytes(record.start_bytes)}; earlier tests had left "
        f"{format_bytes(record.left_bytes)} of it, and fixtures held {format_bytes(record.fixtures_bytes)}"
    )
    yield from (f"  {format_bytes(size):>12}  left by {test}" for size, test in record.leavers)


def _ended(death: Death) -> str:
    if death.limit_bytes is not None and death.kills:
        return f"was killed by the kernel at its limit of {format_bytes(death.limit_bytes)} (--membench-limit)"
    if death.kills:
        return f"died, and the kernel killed {death.kills} of this machine's processes meanwhile for want of memory,"
    return "died, and the kernel counts no kill for want of memory,"
