"""Starts the recorder of a process that runs tests, and sets its limit."""

from pathlib import Path

import pytest

from membench.harness.errors import UsageError
from membench.harness.kernel.cgroups import CgroupUnavailableError
from membench.harness.plugin.deaths.alone import limit_this_process
from membench.harness.plugin.deaths.limits import enter
from membench.harness.plugin.deaths.recorder import Recorder
from membench.harness.plugin.deaths.workers import GROUP, OUTSIDE, RECORDER


def begin(config: pytest.Config, limit_bytes: int | None) -> tuple[Recorder | None, str]:
    """Give the recorder, if anybody would read it, and why there is no limit, if one was asked for.

    Raises:
        UsageError: the group that was made for this worker does not take it.
    """
    given = getattr(config, "workerinput", None)
    if given is not None:
        return _as_worker(given, limit_bytes), ""
    if limit_bytes is None:
        return None, ""
    try:
        return limit_this_process(limit_bytes), ""
    except (CgroupUnavailableError, OSError) as error:
        return None, f"--membench-limit: no limit held. {error}"


def _as_worker(given: dict[str, str], limit_bytes: int | None) -> Recorder | None:
    if RECORDER not in given:
        return None
    path = Path(given[RECORDER])
    try:
        recorder = Recorder(path)
        if GROUP in given and limit_bytes is not None:
            outside = enter(Path(given[GROUP]), limit_bytes)
            path.with_suffix(OUTSIDE).write_text(str(outside), encoding="ascii")
    except FileNotFoundError:  # a worker on another machine
        return None
    except OSError as error:
        raise UsageError(f"--membench-limit: the worker's cgroup does not take it ({error.strerror}).") from error
    return recorder
