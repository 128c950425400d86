from dataclasses import replace
from pathlib import Path

from membench import harness
from membench.harness.model import Outcome, Reading, Workload
from membench.harness.runs.sampling import make_samples
from membench.harness.units import MIB


def reading(repeat: int, peak_bytes: int | None, outcome: Outcome = Outcome.OK, **more: object) -> Reading:
    return Reading(
        scenario="s",
        variant="v",
        meter="m",
        repeat=repeat,
        outcome=outcome,
        peak_bytes=peak_bytes,
        wall_seconds=1.0,
        **more,  # type: ignore[arg-type]  # whatever fields a test names
    )


def workload(expected: Outcome = Outcome.OK) -> Workload:
    return Workload(scenario="s", variant="v", target="m:f", parameters={}, import_paths=(), expected_outcome=expected)


def test_a_trial_that_did_not_end_by_itself_has_an_outcome_but_no_peak_in_the_sample() -> None:
    (sample,) = make_samples(
        [workload()],
        [reading(0, 10), reading(1, 99, Outcome.TIMED_OUT, detail="no end after 3 s"), reading(2, 12)],
    )
    assert sample.peak_bytes == (10, 12)
    assert sample.outcomes == (Outcome.OK, Outcome.TIMED_OUT, Outcome.OK)
    assert sample.failures == ("timed-out (no end after 3 s)",)
    assert sample.failed


def test_an_outcome_that_is_expected_is_no_failure_and_its_absence_is_one() -> None:
    lossy = make_samples([workload(Outcome.WRONG_OUTPUT)], [reading(0, 5, Outcome.WRONG_OUTPUT)])[0]
    assert not lossy.failed
    sound = make_samples([workload(Outcome.WRONG_OUTPUT)], [reading(0, 5)])[0]
    assert sound.failed


def test_the_last_line_of_standard_error_is_in_the_failure() -> None:
    (sample,) = make_samples(
        [workload()], [reading(0, None, Outcome.CRASHED, detail="exit status 1", stderr_tail="a\nKeyError: 'x'\n")]
    )
    assert sample.failures == ("crashed (exit status 1): KeyError: 'x'",)
    assert sample.median_bytes is None
    assert sample.spread_bytes is None


def failure_of(*frames: str) -> str:
    lines = ["Traceback (most recent call last):", *frames, "ValueError: boom"]
    crashed = reading(0, None, Outcome.CRASHED, detail="exit status 1", stderr_tail="\n".join(lines) + "\n")
    (failure,) = make_samples([workload()], [crashed])[0].failures
    return failure


def test_a_traceback_is_told_by_its_innermost_line_that_is_the_users() -> None:
    worker = f'  File "{Path(harness.__file__).parent / "worker.py"}", line 73, in main\n    workload.run()'
    own = '  File "/srv/a shop/jobs.py", line 9, in <listcomp>\n    json.loads(line)'
    library = '  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads\n    return decode(s)'
    assert failure_of(worker, own, library) == ("crashed (exit status 1): ValueError: boom, at jobs.py:9 in <listcomp>")
    assert failure_of(worker) == "crashed (exit status 1): ValueError: boom"


def test_the_timeline_is_that_of_the_trial_with_the_median_peak() -> None:
    readings = [reading(number, peak, digest=f"d{peak}") for number, peak in enumerate((30, 10, 20))]
    (sample,) = make_samples([workload()], readings)
    assert (sample.median_bytes, sample.spread_bytes) == (20, 20)


def test_repeats_that_differ_much_are_warned_of() -> None:
    (quiet,) = make_samples([workload()], [reading(0, 10 * MIB), reading(1, 10 * MIB + 4096)])
    assert quiet.warnings == ()
    (loud,) = make_samples([workload()], [reading(0, 10 * MIB), reading(1, 11 * MIB)])
    assert loud.warnings == ("2 repeats differ by 1.00 MiB and 4 are needed for an interval at 95 %",)


def test_a_budget_that_is_exceeded_is_a_warning() -> None:
    tight = replace(workload(), budget_bytes=MIB)
    (sample,) = make_samples([tight], [reading(0, 2 * MIB)])
    assert sample.over_budget
    assert sample.warnings == ("over its budget of 1.00 MiB by 1.00 MiB",)
    (kept,) = make_samples([tight], [reading(0, MIB)])
    assert (kept.over_budget, kept.warnings) == (False, ())
