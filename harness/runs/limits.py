"""Finds the smallest memory limit under which a workload still finishes."""

from collections.abc import Callable

from membench.harness.units import MIB


def smallest_limit(finishes: Callable[[int], bool], *, fails_at: int, finishes_at: int, step: int = MIB) -> int:
    """Narrow a limit down to one step, in bytes.

    It is taken for granted that a workload which finishes under a limit does so under any larger one.

    Args:
        finishes: runs the workload under a limit.
        fails_at: a limit that is known, or taken, to be too small.
        finishes_at: one that is known to be enough.
        step: what the result is rounded up to.

    Returns:
        The smallest multiple of `step` under which it finishes.
    """
    low, high = fails_at // step, -(-finishes_at // step)
    while high - low > 1:
        middle = (low + high) // 2
        if finishes(middle * step):
            high = middle
        else:
            low = middle
    return high * step
