"""Decides which trials run, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass

from membench.harness.model import WARM_UP, Trial, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Warm-ups run first and are thrown away: they compile bytecode and fill the page cache."""

    warm_ups: tuple[Trial, ...]
    trials: tuple[Trial, ...]


def interleave(workloads: Sequence[Workload], meters: Sequence[str], repeats: int, first: int = 0) -> Schedule:
    """Cross workloads, meters and repeats, each repeat of all before the next of any.

    Whatever drifts on the machine meanwhile then drifts for all of them alike. Repeats are counted from `first`
    on; where that is not 0, the earlier ones have warmed up already.
    """
    trials = tuple(
        Trial(workload=workload, meter=meter, repeat=repeat)
        for repeat in range(first, first + repeats)
        for workload in workloads
        for meter in meters
    )
    return Schedule(warm_ups=() if first else _warm_ups(workloads, meters), trials=trials)


def _warm_ups(workloads: Sequence[Workload], meters: Sequence[str]) -> tuple[Trial, ...]:
    """Take one for each callable and what it loads, or scenario of commands, and meter: variants share the rest."""
    first = {(*_code(workload), meter): workload for meter in meters for workload in reversed(workloads)}
    return tuple(Trial(workload=workload, meter=meter, repeat=WARM_UP) for (*_, meter), workload in first.items())


def _code(workload: Workload) -> tuple[str, ...]:
    """Name what a workload runs: a callable and where it is imported from, or the commands of a scenario."""
    side = str(workload.side or "")  # a command may be another program in another version
    target = workload.target or workload.scenario
    return workload.adapter, target, side, workload.interpreter, *workload.import_paths, *workload.loads
