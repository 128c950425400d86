"""Trials in real processes: what they measure, and what is made of every way in which they end."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from membench.harness.kernel.controls import available_controls, usable_cpus
from membench.harness.model import Outcome, Reading, Trial, Workload
from membench.harness.trial.import_root import IMPORT_ROOT
from membench.harness.trial.isolation import Isolation
from membench.harness.trial.monitor import Cancelled

HERE = Path(__file__).parents[1]
MIB = 1024 * 1024


def trial(function: str, expected_digest: str | None = None, **parameters: Any) -> Trial:
    workload = Workload(
        scenario="test",
        variant=function,
        target=f"trial_workloads:{function}",
        parameters=parameters,
        import_paths=(str(HERE), str(IMPORT_ROOT)),
        expected_digest=expected_digest,
    )
    return Trial(workload=workload, meter="peak_rss", repeat=0)


def isolation(time_limit_seconds: float = 60.0) -> Isolation:
    return Isolation(controls=available_controls(), time_limit_seconds=time_limit_seconds)


def measure(one: Trial, time_limit_seconds: float = 60.0) -> Reading:
    return isolation(time_limit_seconds).run(one, usable_cpus()[0])


def test_a_spike_is_in_the_peak_to_its_last_page_and_in_its_own_phase() -> None:
    measure(trial("spike", mib=1))  # compiles the workload's bytecode
    small, large = measure(trial("spike", mib=50)), measure(trial("spike", mib=150))
    assert small.outcome is large.outcome is Outcome.OK
    assert small.peak_bytes is not None
    assert large.peak_bytes is not None
    assert large.peak_bytes - small.peak_bytes == pytest.approx(100 * MIB, abs=64 * 1024)
    peaks = {span.name: span.peak_bytes for span in large.phases}
    assert list(peaks) == ["before", "quiet", "spike", "quiet again", "after"]
    assert peaks["spike"] == large.peak_bytes
    assert peaks["quiet again"] < 40 * MIB


def test_a_harness_that_is_large_itself_does_not_show_in_the_figure() -> None:
    small = measure(trial("spike", mib=1))
    ballast = b"x" * (300 * MIB)
    again = measure(trial("spike", mib=1))
    assert len(ballast) == 300 * MIB
    assert small.peak_bytes is not None
    assert again.peak_bytes is not None
    assert abs(again.peak_bytes - small.peak_bytes) < MIB


def test_the_same_trial_gives_the_same_peak() -> None:
    if not available_controls().address_randomisation_off:
        pytest.skip("this machine does not let address randomisation be turned off")
    measure(trial("spike", mib=10))
    peaks = {measure(trial("spike", mib=10)).peak_bytes for _ in range(5)}
    assert max(peaks) - min(peaks) <= 8 * 1024


def test_the_process_sees_only_what_the_controls_leave_it() -> None:
    controls = available_controls()
    digest = measure(trial("tell")).digest
    assert digest is not None
    names, modules, randomised, cpus, _ = digest.split("|")
    assert set(names.split(",")) <= {"PATH", "LC_ALL", "PYTHONHASHSEED", "LC_CTYPE"}
    assert modules == "[]", "neither the harness nor site-packages are loaded"
    assert randomised == f"randomised={not controls.address_randomisation_off}"
    if controls.pinned_cpu:
        assert cpus == "cpus=1"


def test_the_callers_own_conditions_are_as_before() -> None:
    before = (os.sched_getaffinity(0), Path("/proc/self/personality").read_text())
    measure(trial("tell"))
    assert (os.sched_getaffinity(0), Path("/proc/self/personality").read_text()) == before


def test_an_output_other_than_the_expected_one_is_wrong_output_with_its_peak_kept() -> None:
    reading = measure(trial("spike", expected_digest="something else", mib=1))
    assert reading.outcome is Outcome.WRONG_OUTPUT
    assert reading.peak_bytes is not None
    assert "something else" in reading.detail


def test_a_signal_is_a_crash_and_named() -> None:
    reading = measure(trial("die", signal=11))
    assert reading.outcome is Outcome.CRASHED
    assert "SIGSEGV" in reading.detail


def test_the_phases_before_a_crash_are_kept() -> None:
    reading = measure(trial("die_in_phase", signal=9))
    assert reading.outcome is Outcome.CRASHED
    assert [span.name for span in reading.phases] == ["before", "first"]


def test_the_record_of_many_phases_takes_no_memory_of_the_trial() -> None:
    measure(trial("many_phases", count=10))  # compiles the workload's bytecode
    few, many = measure(trial("many_phases", count=10)), measure(trial("many_phases", count=20_000))
    assert few.peak_bytes is not None
    assert many.peak_bytes is not None
    assert many.peak_bytes - few.peak_bytes < 64 * 1024
    assert len(many.phases) == 20_002


def test_an_exit_status_is_a_crash_and_named() -> None:
    reading = measure(trial("leave", status=7))
    assert (reading.outcome, reading.detail) == (Outcome.CRASHED, "exit status 7")


def test_a_process_that_ends_well_without_a_reading_is_no_success() -> None:
    assert measure(trial("leave", status=0)).outcome is Outcome.CRASHED


@pytest.mark.parametrize(
    "text",
    [
        '{"peak_bytes": 1, "digest": null}',
        '{"peak_bytes": "x", ',
        "[1, 2]",
        '{"peak_bytes": "x", "call_sites": [3], "source": 5}',
        "x" * (5 * MIB),
    ],
    ids=["a whole one", "half a one", "a list", "a wrong one", "a huge one"],
)
def test_a_reading_that_the_workload_has_written_itself_is_none(text: str) -> None:
    reading = measure(trial("forge", text=text))
    assert (reading.outcome, reading.detail) == (Outcome.CRASHED, "left no reading")


def test_a_claim_below_what_was_seen_from_outside_is_not_believed_and_the_difference_is_said() -> None:
    reading = measure(trial("understate", mib=100))
    assert reading.outcome is Outcome.OK, reading.stderr_tail
    assert reading.peak_bytes is not None
    assert reading.peak_bytes > 100 * MIB
    assert "claims no more than 1.00 MiB" in reading.source


@pytest.mark.parametrize("in_thread", [False, True])
def test_the_largest_process_counts_also_where_a_thread_has_started_it(in_thread: bool) -> None:
    reading = measure(trial("start_a_child", mib=120, in_thread=in_thread))
    assert reading.outcome is Outcome.OK, reading.stderr_tail
    assert reading.peak_bytes is not None
    assert 120 * MIB < reading.peak_bytes < 140 * MIB
    assert "its own process held" in reading.source


def test_a_copy_of_the_process_that_returns_leaves_no_claim() -> None:
    reading = measure(trial("leave_a_copy"))
    assert (reading.outcome, reading.digest) == (Outcome.OK, "parent")


def test_an_exception_is_a_crash_whose_traceback_and_peak_are_kept() -> None:
    reading = measure(trial("fail", mib=80))
    assert reading.outcome is Outcome.CRASHED
    assert "RuntimeError: after 83886080 bytes" in reading.stderr_tail
    assert reading.peak_bytes is not None
    assert reading.peak_bytes > 80 * MIB


def test_output_that_nobody_reads_does_not_stall_a_trial_and_the_end_of_its_errors_is_kept() -> None:
    reading = measure(trial("chatter", mib=20))
    assert (reading.outcome, reading.detail) == (Outcome.CRASHED, "exit status 9")
    assert "the last line" in reading.stderr_tail


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"  # dead, and waiting for this machine's init to notice


def eventually_gone(pid: int) -> bool:
    deadline = time.monotonic() + 20
    while not gone(pid) and time.monotonic() < deadline:
        time.sleep(0.02)  # polls another process, which can tell nobody that it has gone
    return gone(pid)


def test_a_trial_over_its_time_limit_is_ended_with_all_its_children(tmp_path: Path) -> None:
    child_file = tmp_path / "child"
    reading = measure(trial("hang", child_file=str(child_file)), time_limit_seconds=2)
    assert reading.outcome is Outcome.TIMED_OUT
    assert reading.peak_bytes is not None
    assert eventually_gone(int(child_file.read_text()))


def test_a_cancelled_trial_is_ended_with_all_its_children(tmp_path: Path) -> None:
    child_file = tmp_path / "child"
    isolated = isolation()

    def cancel_once_started() -> None:
        while not (child_file.exists() and child_file.read_text()):
            time.sleep(0.02)  # as above
        isolated.cancelled.set()

    thread = threading.Thread(target=cancel_once_started)
    thread.start()
    with pytest.raises(Cancelled):
        isolated.run(trial("hang", child_file=str(child_file)), usable_cpus()[0])
    thread.join()
    assert eventually_gone(int(child_file.read_text()))


def test_no_scratch_folder_is_left(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_isolation as t;"
        "t.measure(t.trial('spike', mib=1)); t.measure(t.trial('leave', status=3))"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent)], env=environment, check=True)
    assert list(tmp_path.iterdir()) == []


def test_the_timeline_rises_to_about_the_peak_and_its_times_ascend() -> None:
    reading = measure(trial("fail", mib=200))
    assert reading.timeline is not None
    assert list(reading.timeline.seconds) == sorted(reading.timeline.seconds)
    assert (
        max(reading.timeline.rss_bytes) <= (reading.peak_bytes or 0) + 64 * 1024
    )  # the counters that statm reads are approximate


@pytest.mark.slow
def test_streaming_takes_no_more_for_a_million_items_than_for_ten_thousand() -> None:
    def above_start(items: int) -> int:
        peaks = {span.name: span.peak_bytes for span in measure(trial("stream", items=items)).phases}
        return peaks["streaming"] - peaks["start"]

    few, many, most = above_start(10_000), above_start(200_000), above_start(1_000_000)
    assert max(few, many, most) <= 256 * 1024
    assert most <= few + 64 * 1024
