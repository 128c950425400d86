"""Order, width, resumption and stopping, with an isolation that starts no process."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_results import reading as sample_reading

from membench.harness.model import WARM_UP, Reading, Trial, Workload
from membench.harness.runs.runner import run_schedule
from membench.harness.runs.schedule import interleave


def workload(name: str, target: str = "m:f") -> Workload:
    return Workload(scenario="s", variant=name, target=target, parameters={}, import_paths=())


class FakeIsolation:
    """Returns a reading at once, and remembers what was asked of it."""

    def __init__(self, fail_at: int | None = None) -> None:
        self.cancelled = threading.Event()
        self.ran: list[Trial] = []
        self.most_at_once = 0
        self._at_once: list[int] = []
        self._fail_at = fail_at
        self._lock = threading.Lock()

    def run(self, trial: Trial, cpu: int) -> Reading:
        with self._lock:
            self.ran.append(trial)
            self._at_once.append(cpu)
            assert len(set(self._at_once)) == len(self._at_once), "two trials on one CPU"
            self.most_at_once = max(self.most_at_once, len(self._at_once))
            number = len(self.ran)
        if number == self._fail_at:
            raise KeyboardInterrupt
        with self._lock:
            self._at_once.remove(cpu)
        return sample_reading(trial.key)


class Watcher:
    """Counts what an observer is told."""

    def __init__(self) -> None:
        self.under_way: list[Trial] = []
        self.done = 0

    def started(self, trial: Trial) -> None:
        self.under_way.append(trial)

    def finished(self, trial: Trial, reading: Reading) -> None:
        self.under_way.remove(trial)
        self.done += 1


@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 4))
def test_every_trial_is_run_once_and_its_reading_kept_in_order(variants: int, repeats: int, jobs: int) -> None:
    schedule = interleave([workload(f"v{number}") for number in range(variants)], ["peak_rss"], repeats)
    isolation, watcher, kept = FakeIsolation(), Watcher(), []
    readings = run_schedule(schedule, isolation, cpus=range(jobs), keep=kept.append, observer=watcher)
    assert [reading.key for reading in readings] == [trial.key for trial in schedule.trials]
    assert sorted(reading.key for reading in kept) == sorted(trial.key for trial in schedule.trials)
    assert isolation.most_at_once <= jobs
    assert watcher.under_way == []
    assert watcher.done == len(schedule.trials) + len(schedule.warm_ups)


def test_repeats_are_interleaved_so_that_drift_reaches_all_variants_alike() -> None:
    schedule = interleave([workload("a"), workload("b")], ["m"], 2)
    assert [(trial.workload.variant, trial.repeat) for trial in schedule.trials] == [
        ("a", 0),
        ("b", 0),
        ("a", 1),
        ("b", 1),
    ]


def test_there_is_one_warm_up_for_each_code_and_meter_and_it_is_not_kept() -> None:
    schedule = interleave([workload("a"), workload("b"), workload("c", "other:f")], ["m", "n"], 1)
    assert len(schedule.warm_ups) == 4
    assert all(trial.repeat == WARM_UP for trial in schedule.warm_ups)
    kept: list[Reading] = []
    run_schedule(schedule, FakeIsolation(), cpus=[0], keep=kept.append, observer=Watcher())
    assert all(reading.repeat != WARM_UP for reading in kept)


def test_what_is_done_already_is_not_run_again() -> None:
    schedule = interleave([workload("a"), workload("b")], ["m"], 2)
    done = {trial.key: sample_reading(trial.key, peak_bytes=77) for trial in schedule.trials[:3]}
    isolation = FakeIsolation()
    readings = run_schedule(schedule, isolation, cpus=[0], keep=lambda _: None, observer=Watcher(), done=done)
    assert [trial.key for trial in isolation.ran if trial.repeat != WARM_UP] == [schedule.trials[3].key]
    assert [reading.peak_bytes for reading in readings] == [77, 77, 77, 1]


def test_with_everything_done_nothing_is_run() -> None:
    schedule = interleave([workload("a")], ["m"], 1)
    isolation = FakeIsolation()
    done = {trial.key: sample_reading(trial.key) for trial in schedule.trials}
    run_schedule(schedule, isolation, cpus=[0], keep=lambda _: None, observer=Watcher(), done=done)
    assert isolation.ran == []


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_interruption_stops_the_others_and_leaves_what_was_kept(jobs: int) -> None:
    schedule = interleave([workload(f"v{number}") for number in range(20)], ["m"], 1)
    isolation, kept = FakeIsolation(fail_at=8), []
    with pytest.raises(KeyboardInterrupt):
        run_schedule(schedule, isolation, cpus=range(jobs), keep=kept.append, observer=Watcher())
    assert isolation.cancelled.is_set()
    assert len(isolation.ran) < 20
    assert len(kept) >= 8 - 1 - len(schedule.warm_ups) - jobs
