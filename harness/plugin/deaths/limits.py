"""A memory limit for the process that runs tests: a cgroup that it enters by itself.

What a process had before stays charged to the group that it comes from, so the limit of the new one is lower by that.
"""

import os
from pathlib import Path

from membench.harness.kernel.cgroups import Group, existing_group
from membench.harness.meters.peak_rss import PeakRss
from membench.harness.units import MIB

LEAST_BYTES = 4 * MIB


def enter(path: Path, limit_bytes: int) -> int:
    """Enter the group, set its limit, and tell what this process had already.

    Raises:
        OSError: the group does not take it.
    """
    group: Group = existing_group(path)
    meter = PeakRss()
    meter.end_phase()
    outside = meter.end_phase()
    group.limit(max(LEAST_BYTES, limit_bytes - outside))
    group.add(os.getpid())
    return outside
