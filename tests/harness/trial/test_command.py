"""What is done where the kernel refuses: no ptrace, no cgroup."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from delegated_cgroups import needs_cgroups

from membench.harness.errors import UsageError
from membench.harness.kernel import cgroups
from membench.harness.kernel.controls import Controls, usable_cpus
from membench.harness.kernel.ptrace import Tracer
from membench.harness.model import Outcome, Reading
from membench.harness.trial.command import CommandTrial, run_command

MIB = 1024 * 1024
UNTOUCHED = Controls(address_randomisation_off=False, pinned_cpu=False, hash_seed=None, environment_scrubbed=False)


@pytest.fixture
def nowhere() -> Iterator[int]:
    descriptor = os.open(os.devnull, os.O_RDWR)
    yield descriptor
    os.close(descriptor)


def run(nowhere: int, *argv: str, meter: str = "peak_rss", memory_limit_bytes: int | None = None) -> Reading:
    return run_command(
        CommandTrial(
            argv=argv,
            meter=meter,
            repeat=0,
            controls=UNTOUCHED,
            cpu=usable_cpus()[0],
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
            time_limit_seconds=60,
            memory_limit_bytes=memory_limit_bytes,
        )
    )


def refuse(*_: object) -> bool:
    return False


@contextmanager
def no_group(*_: object) -> Iterator[cgroups.Group]:
    raise cgroups.CgroupUnavailableError("none here")
    yield


def test_where_ptrace_is_refused_the_mark_is_polled_and_the_reading_says_so(
    nowhere: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tracer, "seize", refuse)
    reading = run(nowhere, sys.executable, "-c", "import time; b = b'x' * (90 << 20); time.sleep(0.3)")
    assert reading.outcome is Outcome.OK
    assert reading.peak_bytes is not None
    assert 90 * MIB < reading.peak_bytes < 120 * MIB
    assert reading.command is not None
    assert not reading.command.exact
    assert "polled" in reading.source


def test_without_ptrace_the_stub_and_this_process_are_not_taken_for_the_command(
    nowhere: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tracer, "seize", refuse)
    reading = run(nowhere, "sleep", "0.2")
    assert reading.peak_bytes is not None
    assert reading.peak_bytes < 8 * MIB
    assert reading.command is not None
    assert reading.command.largest_process == "sleep"


def test_where_no_cgroup_can_be_made_the_tree_is_read_from_its_processes_and_the_reading_says_so(
    nowhere: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import os, time; b = b'x' * (60 << 20); os.fork(); time.sleep(0.4)"
    with_group = run(nowhere, sys.executable, "-c", code, meter="peak_tree")
    monkeypatch.setattr(cgroups, "group", no_group)
    without = run(nowhere, sys.executable, "-c", code, meter="peak_tree")
    assert "proportional" in without.source
    assert without.peak_bytes is not None
    assert with_group.peak_bytes is not None
    # Not read in one instant: while one of the two ends, what they share may be counted in part a second time.
    assert with_group.peak_bytes * 0.95 < without.peak_bytes < with_group.peak_bytes * 1.5


def test_a_memory_limit_without_a_cgroup_is_refused(nowhere: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "group", no_group)
    with pytest.raises(UsageError):
        run(nowhere, "true", memory_limit_bytes=MIB)


def test_the_reason_why_no_cgroup_can_be_made_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cgroups, "_candidates", lambda: iter(()))
    with pytest.raises(cgroups.CgroupUnavailableError, match="no cgroup file system is mounted"):
        cgroups.make_group()


@needs_cgroups
def test_a_group_left_by_a_run_that_was_killed_is_removed_by_the_next_one() -> None:
    group = cgroups.make_group()
    parent = group._path.parent
    group.remove()
    stale = parent / f"{cgroups.PREFIX}{2**22 + 1}-1"  # no process has a number above pid_max
    stale.mkdir()
    cgroups.make_group().remove()
    assert not stale.exists()


def test_descriptors_are_given_back(nowhere: int) -> None:
    run(nowhere, "true")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for meter in ("peak_rss", "peak_tree"):
        run(nowhere, "true", meter=meter)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
