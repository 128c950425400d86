"""How exact membench is on this machine: which conditions hold, and which injected rises are found.

The smallest rise is not computed but shown. Trials of an unchanged workload take turns with trials of the same
workload that holds a known number of bytes more (`inflation`), and each comparison is made as any other.
"""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from membench.harness.errors import MeasurementError
from membench.harness.model import WARM_UP, Outcome, Reading, Trial, Workload
from membench.harness.runs.schedule import Schedule
from membench.harness.statistics.shift import Shift, estimate_shift
from membench.harness.trial.import_root import IMPORT_ROOT
from membench.harness.units import format_bytes

INFLATED = "membench.harness.doctor.inflation:inflated"
APPROXIMATE_SINCE = (6, 2)
"""The kernel whose RSS counters became per-CPU ("mm: convert mm's rss stats into percpu_counter")."""
_ADMIN_ONLY = 2  # of Yama's ptrace_scope: 0 own processes, 1 own descendants, 2 administrators, 3 nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be tried out. A side is what is compared with another: so many trials of one workload."""

    workload: Workload
    meter: str
    repeats: int  # trials a side, at least 2
    tries: int  # for each rise, at least 1
    comparisons: int  # of unchanged sides with one another, at least 1
    rises: tuple[int, ...]  # bytes to inject, ascending
    randomised: bool  # addresses are: then peaks differ, and a rise has to exceed what they differ by

    @property
    def sides(self) -> int:
        """How many sides of the unchanged workload are needed: each is compared with the next."""
        return max(self.tries, self.comparisons + 1)

    def side_of_try(self, attempt: int) -> int:
        """Tell which unchanged side a try is compared with; the tries are spread over the whole run."""
        return attempt * self.sides // self.tries


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """What became of one injected rise. The shifts are the smallest and the largest that were estimated."""

    injected_bytes: int
    tries: int
    detected: int
    smallest_shift_bytes: int
    largest_shift_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What the trials have shown."""

    peak_bytes: tuple[int, ...]  # of the unchanged workload, in the order of the trials
    comparisons: int
    false_alarms: int  # significant shifts, up or down, between unchanged sides
    noise_floor_bytes: int  # what a shift has to exceed beside being significant; 0 where addresses are fixed
    rises: tuple[Rise, ...]
    smallest_detectable_bytes: int | None
    warnings: tuple[str, ...] = ()

    @property
    def spread_bytes(self) -> int:
        """Largest minus smallest peak of the unchanged workload."""
        return max(self.peak_bytes) - min(self.peak_bytes)


def inflate(workload: Workload, size: int) -> Workload:
    """Make a workload larger by so many bytes; with 0 it runs the same code and holds nothing."""
    root = str(IMPORT_ROOT)
    return replace(
        workload,
        variant=f"{workload.variant} + {format_bytes(size)}" if size else workload.variant,
        target=INFLATED,
        parameters={"target": workload.target, "parameters": dict(workload.parameters), "bytes": size},
        import_paths=tuple(dict.fromkeys((root, *workload.import_paths))),
    )


def make_schedule(plan: Plan) -> Schedule:
    """Let unchanged and inflated trials take turns; no trial serves two tries of one rise."""
    attempts = {plan.side_of_try(attempt): attempt for attempt in range(plan.tries)}
    trials: list[Trial] = []
    for side in range(plan.sides):
        sizes = (0, *plan.rises) if side in attempts else (0,)
        for number in range(plan.repeats):
            for size in sizes:
                group = attempts[side] if size else side
                trials.append(_trial(plan, size, group * plan.repeats + number))
    return Schedule(warm_ups=(_trial(plan, 0, WARM_UP),), trials=tuple(trials))


def _trial(plan: Plan, size: int, repeat: int) -> Trial:
    return Trial(workload=inflate(plan.workload, size), meter=plan.meter, repeat=repeat)


def require_ok(plan: Plan, reading: Reading) -> None:
    """Refuse a reading of a trial that failed: nothing can be said of a workload that does not run.

    Args:
        plan: what the trial is of; its workload is named as it was before anything was injected.
        reading: that of the trial.

    Raises:
        MeasurementError: the trial ended in any other way than well.
    """
    if reading.outcome is not Outcome.OK or reading.peak_bytes is None:
        name = f"{reading.scenario}/{reading.variant}"
        again = ("membench", "run", "--scenario", plan.workload.scenario, "--variant", plan.workload.variant)
        raise MeasurementError(
            f"A trial of {name} ended as {reading.outcome} ({reading.detail}), and all of them must end well.\n"
            f"See why with: {shlex.join(again)}"
        )


def judge(plan: Plan, readings: Iterable[Reading]) -> Diagnosis:
    """Say what the trials of a plan have shown; all of them must have ended well."""
    peaks = {reading.key: reading.peak_bytes or 0 for reading in readings}

    def side(size: int, group: int) -> list[int]:
        first = group * plan.repeats
        return [peaks[_trial(plan, size, repeat).key] for repeat in range(first, first + plan.repeats)]

    unchanged = [side(0, group) for group in range(plan.sides)]
    alike = [estimate_shift(unchanged[number], unchanged[number + 1]) for number in range(plan.comparisons)]
    false_alarms = sum(shift.significant for shift in alike)
    floor = max(abs(shift.bytes) for shift in alike) if plan.randomised else 0
    shifts = {
        size: [
            estimate_shift(unchanged[plan.side_of_try(attempt)], side(size, attempt)) for attempt in range(plan.tries)
        ]
        for size in plan.rises
    }
    rises = tuple(_rise(size, found, floor) for size, found in shifts.items())
    trusted = plan.randomised or not false_alarms
    return Diagnosis(
        peak_bytes=tuple(peak for group in unchanged for peak in group),
        comparisons=plan.comparisons,
        false_alarms=false_alarms,
        noise_floor_bytes=floor,
        rises=rises,
        smallest_detectable_bytes=_smallest_found(rises) if trusted else None,
        warnings=tuple(_warnings(plan, alike, shifts)),
    )


def _rise(size: int, shifts: Sequence[Shift], floor: int) -> Rise:
    return Rise(
        injected_bytes=size,
        tries=len(shifts),
        detected=sum(shift.significant and shift.bytes > floor for shift in shifts),
        smallest_shift_bytes=min(shift.bytes for shift in shifts),
        largest_shift_bytes=max(shift.bytes for shift in shifts),
    )


def _smallest_found(rises: Sequence[Rise]) -> int | None:
    """Pick the smallest rise that was found in every try, as all larger ones were."""
    smallest = None
    for rise in sorted(rises, key=lambda rise: -rise.injected_bytes):
        if rise.detected < rise.tries:
            break
        smallest = rise.injected_bytes
    return smallest


def _warnings(plan: Plan, alike: Sequence[Shift], shifts: Mapping[int, Sequence[Shift]]) -> Iterator[str]:
    false_alarms = sum(shift.significant for shift in alike)
    if plan.randomised:
        yield (
            f"addresses are randomised: a rise counts beyond {format_bytes(max(abs(shift.bytes) for shift in alike))}, "
            "the largest shift between unchanged trials"
        )
    elif false_alarms:
        yield "unchanged trials differed significantly, so no rise counts as detectable: something else moves the peaks"
    every = [*alike, *(shift for found in shifts.values() for shift in found)]
    yield from dict.fromkeys(warning for shift in every for warning in shift.warnings)
