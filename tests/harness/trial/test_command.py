"""One run of a command: what is refused, what it does to its supervisor, its streams, and what it leaves."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from delegated_cgroups import needs_cgroups

from membench.harness.errors import MeasurementError, UsageError
from membench.harness.kernel import cgroups, supervisor_program
from membench.harness.kernel.controls import Controls, usable_cpus
from membench.harness.kernel.live_tree import below, is_running
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


def run(nowhere: int, *argv: str, **options: Any) -> Reading:
    given: dict[str, Any] = {
        "meter": "peak_rss",
        "repeat": 0,
        "controls": UNTOUCHED,
        "cpu": usable_cpus()[0],
        "stdin": nowhere,
        "stdout": nowhere,
        "stderr": nowhere,
        "time_limit_seconds": 60,
    }
    return run_command(CommandTrial(argv=argv, **(given | options)))


def refuse(*_: object) -> bool:
    return False


@contextmanager
def no_group(*_: object) -> Iterator[cgroups.Group]:
    raise cgroups.CgroupUnavailableError("none here")
    yield


def test_where_ptrace_is_refused_the_account_stands_alone_and_the_reading_says_so(
    nowhere: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tracer, "seize", refuse)
    reading = run(nowhere, sys.executable, "-c", "b = b'x' * (90 << 20)", trace=True)
    assert reading.outcome is Outcome.OK
    assert reading.peak_bytes is not None
    assert 90 * MIB < reading.peak_bytes < 120 * MIB
    assert reading.command is not None
    assert (reading.command.method, reading.command.exact) == ("accounting", True)
    assert any("refuses" in caveat for caveat in reading.command.caveats)


def test_whatever_the_tracing_thread_raises_is_raised_and_nothing_is_left(
    nowhere: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("in the thread")

    monkeypatch.setattr(Tracer, "handle", fail)
    with pytest.raises(RuntimeError, match="in the thread"):
        run(nowhere, "sleep", "0.1", trace=True)
    assert below(os.getpid()) == []


def test_the_launcher_and_this_process_are_not_taken_for_the_command(nowhere: int) -> None:
    reading = run(nowhere, "sleep", "0.2")
    assert reading.peak_bytes is not None
    assert reading.peak_bytes < 8 * MIB
    assert reading.command is not None
    assert reading.command.largest_process == "sleep"
    assert reading.command.samples > 3
    assert 0 < reading.command.largest_gap_seconds < 0.2


def test_a_small_program_under_the_supervisor_in_python_is_polled_and_marked(
    nowhere: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_program, "supervisor_command", supervisor_program.plain_command)
    reading = run(nowhere, "sleep", "0.2")
    assert reading.peak_bytes is not None
    assert reading.peak_bytes < 4 * MIB
    assert reading.command is not None
    assert (reading.command.method, reading.command.exact) == ("polled", False)
    short = run(nowhere, "true").command
    assert short is not None
    assert not short.exact
    assert short.caveats


def test_a_command_that_kills_its_supervisor_is_ended_and_what_is_missing_is_said(nowhere: int, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = f"echo $$ > {pids}; sleep 0.2; kill -KILL $PPID; sleep 1000 & echo $! >> {pids}; sleep 1000"
    reading = run(nowhere, "sh", "-c", code)
    assert reading.outcome is Outcome.CRASHED
    assert "supervis" in reading.detail
    assert reading.command is not None
    assert not reading.command.exact
    assert not any(is_running(int(pid)) for pid in pids.read_text().split())


def test_a_command_that_stops_its_supervisor_is_still_held_to_its_time_limit(nowhere: int) -> None:
    reading = run(nowhere, "sh", "-c", "kill -STOP $PPID; sleep 1000", time_limit_seconds=0.5)
    assert reading.outcome is Outcome.TIMED_OUT
    assert below(os.getpid()) == []


def test_an_argument_that_no_process_can_be_given_is_an_error(nowhere: int) -> None:
    with pytest.raises(MeasurementError, match="no process can be given"):
        run(nowhere, "echo", "a\0b")


def test_a_program_whose_interpreter_is_missing_is_an_error_that_says_so(nowhere: int, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    with pytest.raises(MeasurementError, match="interpreter that its first line names"):
        run(nowhere, str(script))


def test_a_reader_that_stalls_holds_up_neither_the_samples_nor_the_time_limit(nowhere: int) -> None:
    reading_end, writing_end = os.pipe()
    loud = "import os\nwhile True: os.write(2, b'e' * 65536)"
    try:
        reading = run(nowhere, sys.executable, "-c", loud, time_limit_seconds=0.5, stderr=writing_end)
    finally:
        os.close(reading_end)
        os.close(writing_end)
    assert reading.outcome is Outcome.TIMED_OUT
    assert reading.wall_seconds < 3
    assert reading.command is not None
    assert reading.command.samples > 5


def test_output_and_errors_to_one_place_keep_their_order(nowhere: int, tmp_path: Path) -> None:
    path = tmp_path / "both"
    code = "import os\nfor n in range(200): os.write(1 + n % 2, b'%d ' % n)"
    with path.open("wb") as file:
        run(nowhere, sys.executable, "-c", code, stdout=file.fileno(), stderr=file.fileno())
    assert path.read_text().split() == [str(number) for number in range(200)]


def test_a_helper_that_is_about_to_end_is_let_end_and_not_counted(nowhere: int, tmp_path: Path) -> None:
    done = tmp_path / "done"
    busy = f"import time; end = time.monotonic() + 0.4\nwhile time.monotonic() < end: pass\nopen({str(done)!r}, 'w')"
    reading = run(nowhere, "sh", "-c", f'{sys.executable} -S -E -c "{busy}" & exit 0')
    assert done.exists()
    assert reading.command is not None
    assert reading.command.left_behind == 0
    assert reading.wall_seconds < 0.4


def test_a_daemon_is_ended_and_counted(nowhere: int) -> None:
    reading = run(nowhere, "sh", "-c", "setsid sleep 1000 & setsid sleep 1000 & sleep 0.1")
    assert reading.command is not None
    assert reading.command.left_behind == 2
    assert below(os.getpid()) == []


@needs_cgroups
def test_a_child_that_the_kernel_ends_at_the_limit_is_said_though_the_command_ends_with_0(nowhere: int) -> None:
    code = f"{sys.executable} -c 'b = b\"x\" * (200 << 20)'; exit 0"
    reading = run(nowhere, "sh", "-c", code, memory_limit_bytes=64 * MIB)
    assert reading.outcome is Outcome.OUT_OF_MEMORY
    assert "a process that it had started" in reading.detail


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
