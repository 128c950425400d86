"""`membench measure` on programs that it has never seen."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from delegated_cgroups import needs_cgroups

from membench.harness.kernel import cgroups

MIB = 1024 * 1024
PYTHON = sys.executable
SPIKE = (
    "b = b'x' * (200 << 20); del b\n"
    "import sys; print([l for l in open('/proc/self/status') if l.startswith('VmHWM')][0].split()[1])"
)


def membench(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PYTHON, "-m", "membench", "measure", *args], capture_output=True, text=True, check=False, **options
    )


def sample_of(*args: str, **options: Any) -> dict[str, Any]:
    document = json.loads(membench("--format", "json", *args, **options).stdout)
    sample: dict[str, Any] = document["samples"][0]
    return sample


def left_with(mark: str) -> list[str]:
    """List processes whose command line holds a mark, zombies included by their parents' lines."""
    found = subprocess.run(["pgrep", "-f", mark], capture_output=True, text=True, check=False).stdout.split()
    return [pid for pid in found if int(pid) != os.getpid()]


def test_a_spike_of_a_millisecond_is_measured_as_the_program_itself_reads_it() -> None:
    done = membench("--format", "json", "--", PYTHON, "-c", SPIKE)
    own = int(done.stderr) * 1024
    sample = json.loads(done.stdout)["samples"][0]
    assert sample["peak_bytes"][0] == pytest.approx(own, rel=0.001)
    assert sample["scenario"] == "command"
    assert sample["variant"] == Path(PYTHON).name


def test_what_membench_holds_itself_is_not_in_the_figure() -> None:
    code = (
        "import sys; ballast = b'x' * (600 << 20)\n"
        "from membench.harness.commands.command_line import main\n"
        "sys.exit(main(['measure', '--format', 'json', '--', 'true']))"
    )
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["samples"][0]["peak_bytes"][0] < 8 * MIB


def test_the_largest_process_of_a_tree_is_named_beside_the_one_that_was_started() -> None:
    child = "b = b'x' * (80 << 20)"
    sample = sample_of("--", "sh", "-c", f'{PYTHON} -c "{child}"; exit 0')
    facts = sample["commands"][0]
    assert facts["largest_process"].startswith("python")
    assert facts["largest_peak_bytes"] > 80 * MIB > facts["root_peak_bytes"]
    assert sample["peak_bytes"] == [facts["largest_peak_bytes"]]


def test_a_program_that_resets_its_own_mark_is_still_seen() -> None:
    code = "import time; b = b'x' * (100 << 20); time.sleep(0.3); del b\nopen('/proc/self/clear_refs', 'w').write('5')"
    assert sample_of("--", PYTHON, "-c", code)["peak_bytes"][0] > 100 * MIB


@pytest.mark.parametrize(("code", "status"), [("exit 7", 7), ("exit 255", 255)])
def test_an_exit_status_is_a_crash_and_passed_on_in_words(code: str, status: int) -> None:
    done = membench("--", "sh", "-c", code)
    assert done.returncode == 3
    assert f"crashed (exit status {status})" in done.stderr


def test_a_signal_is_a_crash_and_named_with_the_peak_so_far_and_the_end_of_its_errors() -> None:
    code = "import os, sys; b = b'x' * (60 << 20); print('last words', file=sys.stderr, flush=True); os.abort()"
    done = membench("--format", "json", "--", PYTHON, "-c", code)
    sample = json.loads(done.stdout)["samples"][0]
    assert done.returncode == 3
    assert sample["outcomes"] == ["crashed"]
    assert "SIGABRT" in sample["failures"][0]
    assert "last words" in sample["failures"][0]
    assert sample["commands"][0]["largest_peak_bytes"] > 60 * MIB


def test_a_program_that_ignores_being_asked_to_end_is_ended_with_all_it_started() -> None:
    mark = f"membench-test-{os.getpid()}-hang"
    code = f"trap '' TERM INT; setsid sh -c 'sleep 1000 # {mark}' & sh -c 'sleep 1000 # {mark}'"
    done = membench("--timeout", "1", "--", "sh", "-c", code)
    assert done.returncode == 3
    assert "timed-out" in done.stderr
    assert left_with(mark) == []


def test_a_daemon_that_outlives_its_command_is_ended_and_said_so() -> None:
    mark = f"membench-test-{os.getpid()}-daemon"
    done = membench("--", "sh", "-c", f"setsid sh -c 'sleep 1000 # {mark}' >/dev/null 2>&1 & sleep 0.3")
    assert done.returncode == 0
    assert "outlived it" in done.stderr
    assert left_with(mark) == []


@needs_cgroups
def test_a_program_over_its_memory_limit_is_out_of_memory_and_nothing_is_left() -> None:
    done = membench("--memory-limit", "64MiB", "--", PYTHON, "-c", "b = b'x' * (200 << 20)")
    assert done.returncode == 3
    assert "out-of-memory" in done.stderr
    left = [path for root in (cgroups.V1_ROOT, *cgroups.V2_ROOTS) for path in root.glob(f"**/{cgroups.PREFIX}*")]
    assert [path for path in left if not Path(f"/proc/{path.name.split('-')[1]}").exists()] == []


FALLS_BACK = (
    "import subprocess, sys\n"
    "big = subprocess.run([sys.executable, '-c', 'b = bytearray(300 << 20)'])\n"
    "print('worked' if big.returncode == 0 else 'went without')"
)


@needs_cgroups
def test_a_child_that_the_kernel_ends_at_the_limit_is_said_though_the_command_ends_with_0() -> None:
    done = membench("--memory-limit", "100MiB", "--", PYTHON, "-c", FALLS_BACK)
    assert done.stdout == "went without\n"
    assert done.returncode == 3
    assert "a process that it had started at its memory limit" in done.stderr


def test_a_status_that_is_no_failure_has_to_be_named_and_the_peak_is_in_the_document_either_way() -> None:
    lint = (PYTHON, "-c", "b = bytearray(50 << 20); raise SystemExit(1)")
    failed = sample_of("--", *lint)
    assert failed["peak_bytes"] == []
    [reached] = failed["failed_peak_bytes"]
    assert reached > 50 * MIB
    named = sample_of("--ok-status", "7", "--ok-status", "1", "--", *lint)
    assert named["outcomes"] == ["ok"]
    assert named["peak_bytes"][0] == pytest.approx(reached, rel=0.02)


@needs_cgroups
def test_a_program_within_its_memory_limit_is_fine() -> None:
    assert membench("--memory-limit", "256MiB", "--", PYTHON, "-c", "b = b'x' * (100 << 20)").returncode == 0


@needs_cgroups
def test_a_kill_by_somebody_else_under_a_limit_is_no_want_of_memory() -> None:
    done = membench("--memory-limit", "256MiB", "--", "sh", "-c", "kill -KILL $$")
    assert "SIGKILL" in done.stderr
    assert "out-of-memory" not in done.stderr


FOUR_CHILDREN = """
import os, sys, time
size, ready = int(sys.argv[1]) << 20, os.pipe()
for _ in range(4):
    if not os.fork():
        held = b"x" * size
        os.write(ready[1], b"1")
        time.sleep(1000)
for _ in range(4):
    os.read(ready[0], 1)
time.sleep(0.3)
"""


def test_a_tree_is_measured_at_its_common_peak_with_shared_pages_once() -> None:
    def tree_peak(mib: int) -> int:
        peak: int = sample_of("--meter", "peak_tree", "--", PYTHON, "-c", FOUR_CHILDREN, str(mib))["peak_bytes"][0]
        return peak

    idle, holding = tree_peak(0), tree_peak(50)
    assert holding - idle == pytest.approx(200 * MIB, rel=0.05)
    assert idle < 40 * MIB, "the pages that four forks share are counted once"


def test_reading_a_large_file_is_not_memory_of_the_tree(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(os.urandom(MIB))
    read = f"import time; f = open({str(path)!r}, 'rb')\nwhile f.read(1 << 20): pass\ntime.sleep(0.2)"
    command = ("--meter", "peak_tree", "--", PYTHON, "-c", read)
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)
    cold, warm = sample_of(*command), sample_of(*command)
    assert cold["peak_bytes"][0] == pytest.approx(warm["peak_bytes"][0], rel=0.02)
    assert warm["peak_bytes"][0] < 40 * MIB
    assert "page cache" in warm["source"]


def test_output_passes_through_without_stalling_and_stands_apart_from_the_summary() -> None:
    done = subprocess.run(
        ["bash", "-c", f"{PYTHON} -m membench measure -- head -c 104857600 /dev/zero | wc -c"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(100 * MIB)
    assert "head: peak" in done.stderr


def test_errors_of_a_hundred_megabytes_do_not_stall_it() -> None:
    code = "import os\nfor _ in range(100): os.write(2, b'e' * (1 << 20))"
    done = subprocess.run(
        ["bash", "-c", f'{PYTHON} -m membench measure -- {PYTHON} -c "{code}" 2>&1 | wc -c'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) > 100 * MIB


def test_output_can_be_discarded() -> None:
    done = membench("--output", "discard", "--", "echo", "hello")
    assert done.stdout == ""


def test_input_that_can_be_read_only_once_reaches_every_repeat() -> None:
    done = membench("--repeats", "3", "--", "cat", input="once\n")
    assert done.stdout == "once\n" * 3


def test_input_from_a_file_is_read_by_every_repeat_from_where_it_stood(tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_text("line\n")
    with path.open() as file:
        assert membench("--repeats", "2", "--", "cat", stdin=file).stdout == "line\n" * 2


def test_the_command_sees_the_callers_environment_and_all_its_cpus() -> None:
    code = "import os; print(os.environ['MARK'], len(os.sched_getaffinity(0)))"
    done = membench("--", PYTHON, "-c", code, env=os.environ | {"MARK": "here"})
    assert done.stdout.split() == ["here", str(len(os.sched_getaffinity(0)))]
    pinned = membench("--pin", "--", PYTHON, "-c", code, env=os.environ | {"MARK": "here"})
    assert pinned.stdout.split() == ["here", "1"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--", "no-such-program"), "No command named 'no-such-program'"),
        (("--", "/etc/passwd"), "not a program that can be run"),
        (("--memory-limit", "64 quux", "--", "true"), "'64 quux' is not a size"),
        (("--memory-limit", "0 MiB", "--", "true"), "size of 0 bytes"),
        (("--timeout", "0", "--", "true"), "--timeout"),
        (("--repeats", "0", "--", "true"), "--repeats"),
        (("--meter", "psss", "--", "true"), "psss"),
        ((), "COMMAND"),
    ],
)
def test_wrong_use_ends_with_2_and_at_most_two_lines(args: tuple[str, ...], said: str) -> None:
    done = membench(*args)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") <= 2


def test_ctrl_c_ends_the_command_too() -> None:
    mark = f"membench-test-{os.getpid()}-ctrl-c"
    with subprocess.Popen(
        [PYTHON, "-m", "membench", "measure", "--", "sh", "-c", f"echo up; sh -c 'sleep 1000 # {mark}'"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "up\n"
        running.send_signal(2)
        _, errors = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "interrupted" in errors
    assert left_with(mark) == []


def test_errors_of_the_command_arrive_whole_where_standard_error_does_not_block() -> None:
    # Node sets its pipes so, and whoever shares them has to wait by itself.
    reading_end, writing_end = os.pipe()
    os.set_blocking(writing_end, False)
    loud = "import sys; sys.stderr.write('e' * 500_000)"
    with subprocess.Popen(
        [PYTHON, "-m", "membench", "measure", "--", PYTHON, "-c", loud], stderr=writing_end
    ) as running:
        os.close(writing_end)
        with open(reading_end, encoding="utf-8") as pipe:
            said = pipe.read()
    assert running.returncode == 0
    assert said.count("e" * 500_000) == 1


def test_errors_that_nobody_reads_do_not_end_what_is_measured(tmp_path: Path) -> None:
    loud = f"import sys; sys.stderr.write('e' * 500_000); open({str(tmp_path / 'done')!r}, 'w')"
    reading_end, writing_end = os.pipe()
    os.close(reading_end)
    try:
        done = subprocess.run(
            [PYTHON, "-m", "membench", "measure", "--", PYTHON, "-c", loud], stderr=writing_end, check=False
        )
    finally:
        os.close(writing_end)
    assert done.returncode == 0
    assert (tmp_path / "done").exists()
