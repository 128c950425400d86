"""Whether the user who runs the tests can make a memory cgroup, without which some have nothing to test."""

import pytest

from membench.harness.kernel import cgroups


def _can_be_made() -> bool:
    try:
        cgroups.make_group().remove()
    except cgroups.CgroupUnavailableError:
        return False
    return True


needs_cgroups = pytest.mark.skipif(not _can_be_made(), reason="this user cannot make a memory cgroup here")
