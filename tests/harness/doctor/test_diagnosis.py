"""What is said of a machine: rises that are found or missed, false alarms, and the conditions in words."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest
from acted_sessions import Silent
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_results import reading as sample_reading

from membench.harness.doctor.diagnosis import (
    Diagnosis,
    Plan,
    inflate,
    judge,
    make_schedule,
    require_ok,
)
from membench.harness.errors import MeasurementError
from membench.harness.kernel.controls import available_controls, usable_cpus
from membench.harness.keys import TrialKey
from membench.harness.model import WARM_UP, Outcome, Reading, Trial, Workload
from membench.harness.runs.runner import run_schedule
from membench.harness.trial.import_root import IMPORT_ROOT
from membench.harness.trial.isolation import Isolation

HERE = Path(__file__).parents[1]
KIB = 1024
MIB = 1024 * KIB
RISES = (16 * KIB, 64 * KIB, 256 * KIB, MIB)

Noise = Callable[[int, int], int]
"""Bytes by which a trial's peak is off: injected bytes and repeat in, offset out."""


def plan(**changes: object) -> Plan:
    workload = Workload(scenario="s", variant="all", target="m:f", parameters={"n": 1}, import_paths=("/x",))
    fields = {
        "workload": workload,
        "meter": "peak_rss",
        "repeats": 5,
        "tries": 3,
        "comparisons": 10,
        "rises": RISES,
        "randomised": False,
    }
    return Plan(**(fields | changes))  # type: ignore[arg-type]  # a dict of fields has no better type


class FakeIsolation:
    """Gives the peak that an inflated workload would have, off by what the noise says."""

    def __init__(self, noise: Noise, outcome: Outcome = Outcome.OK) -> None:
        self.cancelled = threading.Event()
        self.ran = 0
        self._noise = noise
        self._outcome = outcome

    def run(self, trial: Trial, cpu: int) -> Reading:
        self.ran += 1
        size = trial.workload.parameters["bytes"]
        peak_bytes = 20 * MIB + size + self._noise(size, trial.repeat)
        return sample_reading(trial.key, peak_bytes, outcome=self._outcome, detail="signal 9")


def diagnose(one: Plan, noise: Noise = lambda size, repeat: 0) -> Diagnosis:
    keep = partial(require_ok, one)
    readings = run_schedule(make_schedule(one), FakeIsolation(noise), cpus=[0], keep=keep, observer=Silent())
    return judge(one, readings)


plans = st.builds(
    plan,
    repeats=st.integers(2, 6),
    tries=st.integers(1, 6),
    comparisons=st.integers(1, 8),
    rises=st.sets(st.sampled_from(RISES), min_size=1).map(lambda sizes: tuple(sorted(sizes))),
)


@given(plans)
def test_where_nothing_spreads_every_rise_is_found_and_the_smallest_is_reported(one: Plan) -> None:
    found = diagnose(one)
    assert found.spread_bytes == found.false_alarms == found.noise_floor_bytes == 0
    assert found.smallest_detectable_bytes == one.rises[0]
    assert [rise.detected for rise in found.rises] == [one.tries] * len(one.rises)
    assert [(rise.smallest_shift_bytes, rise.largest_shift_bytes) for rise in found.rises] == [
        (size, size) for size in one.rises
    ]
    assert found.warnings == ()


@given(plans)
def test_a_try_and_its_unchanged_side_run_at_the_same_time_and_no_trial_serves_two_tries(one: Plan) -> None:
    trials = make_schedule(one).trials
    assert len({trial.key for trial in trials}) == len(trials)
    assert len(trials) == one.repeats * (one.sides + one.tries * len(one.rises))
    sides = [one.side_of_try(attempt) for attempt in range(one.tries)]
    assert len(set(sides)) == one.tries
    side = 0
    for trial in trials:
        group = trial.repeat // one.repeats
        if trial.workload.parameters["bytes"] == 0:
            side = group
        else:
            assert one.side_of_try(group) == side


@given(plans)
def test_both_sides_run_the_same_code_and_the_warm_up_too(one: Plan) -> None:
    schedule = make_schedule(one)
    assert [trial.repeat for trial in schedule.warm_ups] == [WARM_UP]
    every = [trial.workload for trial in (*schedule.warm_ups, *schedule.trials)]
    assert len({(workload.target, workload.import_paths) for workload in every}) == 1


@given(st.integers(), st.sampled_from([2, 5]), st.booleans())
@settings(max_examples=40)  # a rank test with ties takes its time
def test_whatever_the_noise_a_reported_rise_and_all_larger_ones_were_found_every_time(
    seed: int, repeats: int, randomised: bool
) -> None:
    one = plan(tries=2, comparisons=3, repeats=repeats, randomised=randomised)
    found = diagnose(one, lambda size, repeat: Random(f"{seed}/{size}/{repeat}").randint(-20, 20) * 4 * KIB)
    smallest = found.smallest_detectable_bytes
    if smallest is None:
        assert (found.false_alarms and not randomised) or found.rises[-1].detected < one.tries
    else:
        assert randomised or not found.false_alarms
        reported = [rise for rise in found.rises if rise.injected_bytes >= smallest]
        assert all(rise.detected == rise.tries for rise in reported)
        assert all(rise.smallest_shift_bytes > found.noise_floor_bytes for rise in reported)


def test_a_rise_that_is_lost_in_the_spread_is_not_reported_and_larger_ones_are() -> None:
    found = diagnose(plan(), lambda size, repeat: (repeat % 5) * 12 * KIB)
    assert found.spread_bytes == 48 * KIB
    assert found.false_alarms == 0
    assert [rise.detected for rise in found.rises] == [0, 3, 3, 3]
    assert found.smallest_detectable_bytes == 64 * KIB


def test_a_rise_that_is_missed_once_is_not_reported() -> None:
    missed_once = diagnose(plan(), lambda size, repeat: -size if size == 16 * KIB and repeat < 5 else 0)
    assert missed_once.rises[0].detected == 2
    assert missed_once.smallest_detectable_bytes == 64 * KIB


def test_one_outlier_among_five_trials_hides_no_rise() -> None:
    found = diagnose(plan(), lambda size, repeat: -8 * KIB if repeat % 5 == 2 else 0)
    assert found.smallest_detectable_bytes == 16 * KIB
    assert found.false_alarms == 0


def test_where_every_rise_is_missed_there_is_none_to_report() -> None:
    found = diagnose(plan(), lambda size, repeat: -size)
    assert found.smallest_detectable_bytes is None
    assert all(rise.detected == 0 for rise in found.rises)


@pytest.mark.parametrize("change", [8 * KIB, -8 * KIB])
def test_a_false_alarm_up_or_down_takes_the_word_back_and_says_so(change: int) -> None:
    found = diagnose(plan(), lambda size, repeat: change if size == 0 and repeat >= 30 else 0)
    assert found.false_alarms == 1
    assert [rise.detected for rise in found.rises] == [3, 3, 3, 3]
    assert found.smallest_detectable_bytes is None
    assert "unchanged trials differed" in " ".join(found.warnings)


def test_a_shift_down_is_not_taken_for_the_rise_that_was_injected() -> None:
    found = diagnose(plan(rises=(16 * KIB,)), lambda size, repeat: -2 * size)
    assert found.rises[0].largest_shift_bytes == -16 * KIB
    assert found.rises[0].detected == 0


def test_where_addresses_are_randomised_a_rise_has_to_exceed_what_unchanged_trials_differ_by() -> None:
    def noise(size: int, repeat: int) -> int:
        return (repeat * 37 % 50) * 4 * KIB + (100 * KIB if size == 0 and 10 <= repeat < 20 else 0)

    fixed = diagnose(plan(repeats=10), noise)
    randomised = diagnose(plan(repeats=10, randomised=True), noise)
    assert fixed.false_alarms == randomised.false_alarms > 0
    assert fixed.smallest_detectable_bytes is None
    assert randomised.noise_floor_bytes >= 64 * KIB
    assert randomised.smallest_detectable_bytes == 256 * KIB
    assert "addresses are randomised: a rise counts beyond" in " ".join(randomised.warnings)


def test_too_few_trials_for_an_interval_are_said() -> None:
    found = diagnose(plan(repeats=2), lambda size, repeat: repeat % 2 * 4 * KIB)
    assert found.smallest_detectable_bytes is None
    assert "needs 4 repeats" in " ".join(found.warnings)


def test_a_trial_that_fails_ends_it_at_once_and_is_named() -> None:
    isolation = FakeIsolation(lambda size, repeat: 0, Outcome.CRASHED)
    with pytest.raises(MeasurementError, match=r"s/all ended as crashed \(signal 9\)") as caught:
        run_schedule(make_schedule(plan()), isolation, cpus=[0], keep=partial(require_ok, plan()), observer=Silent())
    assert caught.value.exit_code == 3
    assert isolation.ran <= 4


def test_a_larger_workload_that_fails_is_run_again_under_its_own_name() -> None:
    workload = Workload(scenario="s", variant="part=a page", target="m:f", parameters={}, import_paths=())
    reading = sample_reading(TrialKey("s", "part=a page + 16 KiB", "peak_rss", 0), None, outcome=Outcome.CRASHED)
    with pytest.raises(MeasurementError, match=r"page \+ 16 KiB ended(.|\n)*--scenario s --variant 'part=a page'$"):
        require_ok(plan(workload=workload), reading)


def test_an_inflated_workload_keeps_what_it_is_judged_by() -> None:
    workload = Workload(
        scenario="s",
        variant="v",
        target="m:f",
        parameters={"n": 1},
        import_paths=("/x",),
        expected_digest="d",
        expected_outcome=Outcome.OK,
    )
    larger = inflate(workload, 16 * KIB)
    assert (larger.expected_digest, larger.variant) == ("d", "v + 16 KiB")
    assert larger.parameters == {"target": "m:f", "parameters": {"n": 1}, "bytes": 16 * KIB}
    assert larger.import_paths[-1] == "/x"
    assert inflate(workload, 0).variant == "v"


def measure(workload: Workload, repeat: int = 0) -> Reading:
    isolation = Isolation(controls=available_controls(), time_limit_seconds=60)
    return isolation.run(Trial(workload=workload, meter="peak_rss", repeat=repeat), usable_cpus()[0])


def test_the_injected_bytes_are_in_the_measured_process_to_the_page() -> None:
    if not available_controls().address_randomisation_off:
        pytest.skip("this machine does not let address randomisation be turned off")
    tell = Workload(
        scenario="test",
        variant="tell",
        target="trial_workloads:tell",
        parameters={},
        import_paths=(str(HERE), str(IMPORT_ROOT)),
    )
    measure(inflate(tell, 0), WARM_UP)
    peaks = {size: measure(inflate(tell, size)).peak_bytes or 0 for size in (0, 4 * KIB, 16 * KIB, 100 * KIB, MIB)}
    for size, peak in peaks.items():
        assert abs(peak - peaks[0] - size) <= 4 * KIB


def test_what_the_inflated_workload_puts_out_is_the_other_ones_digest() -> None:
    workload = Workload(
        scenario="test",
        variant="spike",
        target="trial_workloads:spike",
        parameters={"mib": 1},
        import_paths=(str(HERE),),
        expected_digest="done",
    )
    reading = measure(inflate(workload, 64 * KIB))
    assert reading.outcome is Outcome.OK
    assert {span.name for span in reading.phases} >= {"quiet", "spike", "quiet again"}
