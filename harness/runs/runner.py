"""Runs a schedule: one trial after the other, or several side by side, each reading kept as it comes."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from queue import SimpleQueue
from typing import Protocol

from membench.harness.keys import TrialKey
from membench.harness.model import Reading, Trial
from membench.harness.runs.schedule import Schedule


class Isolated(Protocol):
    """Runs one trial on a CPU; `cancelled` makes the trials under way end."""

    @property
    def cancelled(self) -> threading.Event:
        """Set to end the trials under way."""
        ...

    def run(self, trial: Trial, cpu: int) -> Reading:
        """Run one trial."""
        ...


class Observer(Protocol):
    """Is told what goes on; called from the thread that runs the schedule."""

    def started(self, trial: Trial) -> None:
        """Learn that a trial is under way."""
        ...

    def finished(self, trial: Trial, reading: Reading) -> None:
        """Learn that a trial has ended."""
        ...


def run_schedule(
    schedule: Schedule,
    isolation: Isolated,
    *,
    cpus: Sequence[int],
    keep: Callable[[Reading], None],
    observer: Observer,
    done: Mapping[TrialKey, Reading] | None = None,
) -> list[Reading]:
    """Run all trials that are not `done` already, as many side by side as there are `cpus`.

    Warm-ups run first, and only where a trial is left to run. An exception, Ctrl-C included, ends the trials
    under way and is raised; what was measured until then has been given to `keep`.

    Returns:
        The readings of all trials in the order of the schedule.
    """
    readings = dict(done or {})
    left = [trial for trial in schedule.trials if trial.key not in readings]
    if left:
        _run_all(schedule.warm_ups, isolation, cpus, observer, lambda _: None)

    def take(reading: Reading) -> None:
        keep(reading)
        readings[reading.key] = reading

    _run_all(left, isolation, cpus, observer, take)
    return [readings[trial.key] for trial in schedule.trials]


def _run_all(
    trials: Sequence[Trial],
    isolation: Isolated,
    cpus: Sequence[int],
    observer: Observer,
    take: Callable[[Reading], None],
) -> None:
    free: SimpleQueue[int] = SimpleQueue()
    for cpu in cpus:
        free.put(cpu)

    def run(trial: Trial) -> Reading:
        cpu = free.get()
        try:
            return isolation.run(trial, cpu)
        finally:
            free.put(cpu)

    with ThreadPoolExecutor(max_workers=len(cpus)) as pool:
        try:
            _feed(pool, run, trials, len(cpus), observer, take)
        except BaseException:
            isolation.cancelled.set()
            raise


def _feed(
    pool: ThreadPoolExecutor,
    run: Callable[[Trial], Reading],
    trials: Sequence[Trial],
    width: int,
    observer: Observer,
    take: Callable[[Reading], None],
) -> None:
    """Keep `width` trials under way, no more: a trial that has not begun can be left out when stopping."""
    waiting = iter(trials)
    under_way: dict[Future[Reading], Trial] = {}

    def start_next() -> None:
        trial = next(waiting, None)
        if trial is not None:
            under_way[pool.submit(run, trial)] = trial
            observer.started(trial)

    for _ in range(width):
        start_next()
    while under_way:
        ended, _ = wait(under_way, return_when=FIRST_COMPLETED)
        for future in ended:
            trial = under_way.pop(future)
            reading = replace(future.result(), side=trial.workload.side)
            take(reading)
            observer.finished(trial, reading)
            start_next()
