"""How exact membench is on this machine: which conditions hold, and which injected rises are found.

The smallest rise is not computed but shown. Trials of an unchanged workload take turns with trials of the same
workload that holds a known number of bytes more (`inflation`), and each comparison is made as any other.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from membench.harness.errors import MeasurementError
from membench.harness.kernel.cgroups import CgroupUnavailableError, make_group
from membench.harness.kernel.controls import SCRUBBED_ENVIRONMENT, Controls, why_randomised, why_unpinned
from membench.harness.model import WARM_UP, Environment, Outcome, Reading, Trial, Workload
from membench.harness.runs.schedule import Schedule
from membench.harness.statistics.shift import Shift, estimate_shift
from membench.harness.trial.import_root import IMPORT_ROOT
from membench.harness.units import format_bytes

INFLATED = "membench.harness.doctor.inflation:inflated"
APPROXIMATE_SINCE = (6, 2)
"""The kernel whose RSS counters became per-CPU ("mm: convert mm's rss stats into percpu_counter")."""
_ADMIN_ONLY = 2  # of Yama's ptrace_scope: 0 own processes, 1 own descendants, 2 administrators, 3 nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that a figure's exactness rests on."""

    name: str
    holds: bool
    words: str  # what it means; where it does not hold, why not and what to do


def conditions(controls: Controls, environment: Environment, root: Path = Path("/")) -> tuple[Condition, ...]:
    """Say what holds on this machine; `root` is where proc and sys are."""
    return (
        _randomisation(controls),
        _pinning(controls),
        Condition(
            name="hash_seed_and_environment_fixed",
            holds=controls.environment_scrubbed and controls.hash_seed is not None,
            words=f"a trial gets {', '.join(SCRUBBED_ENVIRONMENT)} and nothing else of the environment",
        ),
        _own_mark(root),
        _huge_pages(environment.thp),
        _swap(root),
        _counters(environment.kernel),
        _cgroup(),
        _ptrace(root),
    )


def _randomisation(controls: Controls) -> Condition:
    if controls.address_randomisation_off:
        words = "every trial has its memory at the same addresses"
    elif reason := why_randomised():
        words = (
            f"{reason}. Containers often forbid it; Docker allows it with --security-opt seccomp=unconfined. "
            "Until then more trials are needed, and small rises are not found"
        )
    else:
        words = "could be turned off here, and was left on as asked"
    return Condition(name="address_randomisation_off", holds=controls.address_randomisation_off, words=words)


def _pinning(controls: Controls) -> Condition:
    if controls.pinned_cpu:
        words = "a trial runs on one CPU from its start to its end"
    elif reason := why_unpinned():
        words = f"{reason}. Ask whoever runs this machine; the spread below says what it costs"
    else:
        words = "could be done here, and was left out as asked"
    return Condition(name="pinned_to_one_cpu", holds=controls.pinned_cpu, words=words)


def _own_mark(root: Path) -> Condition:
    path = root / "proc/self/clear_refs"
    try:
        path.write_bytes(b"5")  # what each trial does to itself; here it is membench's own mark, which nobody reads
    except OSError as error:
        words = f"{path}: {error.strerror}. The meter peak_rss cannot work without; measure the program as a command"
        return Condition(name="peak_of_each_phase", holds=False, words=words)
    return Condition(name="peak_of_each_phase", holds=True, words="a trial may reset its own high-water mark")


def _huge_pages(thp: str) -> Condition:
    holds = thp != "always"
    words = f"transparent huge pages: {thp}" + (
        ", so a program gets them only where it asks"
        if holds
        else ". Memory may come 2 MiB at a time; set madvise in /sys/kernel/mm/transparent_hugepage/enabled"
    )
    return Condition(name="no_huge_pages_unasked", holds=holds, words=words)


def _swap(root: Path) -> Condition:
    try:
        lines = (root / "proc/swaps").read_text(encoding="utf-8").splitlines()[1:]
    except OSError:
        lines = []
    used = sum(int(line.split()[3]) for line in lines)
    if used:
        words = "in use: what is swapped out is not resident, so peaks may come out low. Free memory or swapoff"
    else:
        words = "there is some, but none of it is in use" if lines else "there is none"
    return Condition(name="no_swap_in_use", holds=not used, words=words)


def _counters(kernel: str) -> Condition:
    numbers = kernel.replace("-", ".").split(".")[:2]
    known = len(numbers) == len(APPROXIMATE_SINCE) and all(number.isdecimal() for number in numbers)
    holds = known and tuple(int(number) for number in numbers) < APPROXIMATE_SINCE
    words = f"kernel {kernel}: " + (
        "counts resident pages exactly"
        if holds
        else "since 6.2 each CPU counts resident pages for itself and the sum may lag; pinning keeps a trial on one"
    )
    return Condition(name="resident_counters_exact", holds=holds, words=words)


def _cgroup() -> Condition:
    try:
        group = make_group()
    except CgroupUnavailableError as error:
        return Condition(name="memory_cgroup", holds=False, words=str(error))
    version = group.version
    group.remove()
    words = f"{version}: a trial can have a memory limit, and a whole process tree be measured"
    return Condition(name="memory_cgroup", holds=True, words=words)


def _ptrace(root: Path) -> Condition:
    path = root / "proc/sys/kernel/yama/ptrace_scope"
    try:
        scope = int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        scope = 0  # no Yama in this kernel
    holds = scope < _ADMIN_ONLY or (scope == _ADMIN_ONLY and os.geteuid() == 0)
    words = (
        "a command's peak is read at its exit; perf is not needed"
        if holds
        else f"{path} is {scope}: a command's peak is polled instead, and may miss its last moment. Set it to 1"
    )
    return Condition(name="ptrace", holds=holds, words=words)


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


def require_ok(reading: Reading) -> None:
    """Refuse a reading of a trial that failed: nothing can be said of a workload that does not run.

    Raises:
        MeasurementError: the trial ended in any other way than well.
    """
    if reading.outcome is not Outcome.OK or reading.peak_bytes is None:
        name = f"{reading.scenario}/{reading.variant}"
        raise MeasurementError(
            f"A trial of {name} ended as {reading.outcome} ({reading.detail}), and all of them must end well.\n"
            f"See why with: membench run --scenario {reading.scenario} --variant {reading.variant.partition(' ')[0]}"
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
