"""The data that the engine passes around. Sizes are bytes, times are seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from membench.harness.keys import Key, Scalar, Side, TrialKey, WorkloadKey


class Outcome(StrEnum):
    """How a trial ended."""

    OK = "ok"
    CRASHED = "crashed"
    TIMED_OUT = "timed-out"
    OUT_OF_MEMORY = "out-of-memory"
    WRONG_OUTPUT = "wrong-output"


MEASURED = frozenset({Outcome.OK, Outcome.WRONG_OUTPUT})
"""Outcomes of trials that ran to their end, so that their peak is the workload's."""


class Role(StrEnum):
    """What part a variant plays in the story; a chart picks its colour by it."""

    REFERENCE = "reference"  # the level to come back to (the system before parallel processing)
    BEFORE = "before"  # everything accumulates
    AFTER = "after"  # every fix in its effective form
    SINGLE = "single"  # one fix alone
    STEP = "step"  # one more fix than the step before
    AS_WRITTEN = "as-written"  # a fix in the letter of its description
    REMEDY = "remedy"  # something that the description does not have
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A horizontal line that gives the bars their scale."""

    label: str  # e.g. "sequential", "2 GB machine"
    peak_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A callable or a command to measure, under the names by which its samples are compared.

    How a callable is called in its process is a matter of its `adapter`. The adapter `object` calls
    `target(**parameters, scratch=folder)`, which returns an object with `run(mark)`, `digest()` and `close()`;
    `function` calls `target(*arguments, **parameters)`; a `command` is a program and its arguments.
    """

    scenario: str
    variant: str
    target: str  # "package.module:function"; "" for a command
    parameters: Mapping[str, Any]  # JSON values only: they cross a process boundary
    import_paths: tuple[str, ...]  # put before the interpreter's own search path
    adapter: str = "object"
    arguments: tuple[Any, ...] = ()  # as parameters; the words of a command
    setup: str = ""  # a callable that is called before and not counted; what it returns is the first argument
    interpreter: str = ""  # the Python that runs it, with its own site-packages; "" for the one of the harness
    folder: str = ""  # that it runs in; "" for a scratch folder of its own
    environment: Mapping[str, str] = field(default_factory=dict)  # beside the few variables that all get
    time_limit_seconds: float | None = None  # where it has one of its own
    budget_bytes: int | None = None  # what its peak may be at most
    tags: tuple[str, ...] = ()
    expected_digest: str | None = None  # of the right output; None where any output will do
    expected_outcome: Outcome = Outcome.OK
    ok_statuses: tuple[int, ...] = (0,)  # of a command: exit statuses that are no failure
    varied: Mapping[str, Scalar] = field(default_factory=dict)  # the parameters that its scenario's variants differ in
    side: Side | None = None  # where two versions of it are measured in turn
    loads: tuple[str, ...] = ()  # what it imports and others with the same target do not; a warm-up compiles it

    @property
    def key(self) -> WorkloadKey:
        """What tells this workload from all others of its suite."""
        return WorkloadKey(self.scenario, self.variant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One workload under one meter, once."""

    workload: Workload
    meter: str
    repeat: int  # from 0; a warm-up is WARM_UP

    @property
    def key(self) -> TrialKey:
        """What tells this trial from all others of a run."""
        return TrialKey(*self.workload.key, self.meter, self.repeat, self.workload.side)


LONGEST_TIMEOUT_SECONDS = 86_400  # that may be asked for, on the command line or in a file
WARM_UP = -1
LONGEST_NAME = 200  # characters of a scenario's, a variant's or a meter's name, as the schemas have it


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSpan:
    """One stretch of a trial between two marks; a name may come again. Seconds since the process was started."""

    name: str
    start_seconds: float
    end_seconds: float
    peak_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Resident memory over time as seen from outside; `seconds` since the process was started, ascending."""

    seconds: tuple[float, ...]
    rss_bytes: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse two series of different length."""
        if len(self.seconds) != len(self.rss_bytes):
            raise ValueError(f"{len(self.seconds)} times but {len(self.rss_bytes)} sizes")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSite:
    """A place in the code, and how many bytes that it allocated were alive at the peak."""

    file: str
    line: int
    function: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFacts:
    """What a trial of a foreign command tells beside its peak."""

    root_peak_bytes: int | None  # of the process that was started
    largest_peak_bytes: int | None  # of the largest single process of the tree
    largest_process: str  # its name; "" where none was seen that it can be of
    exact: bool  # nothing of the figure rests on polling
    cpu_seconds: float  # user and system time of the process and of the children that it waited for
    exit_status: int | None  # None where a signal ended it
    left_behind: int  # processes that outlived the command, and were ended with it
    method: str = ""  # how the figure was come by: accounting, traced or polled; "" in an old document
    samples: int = 0  # looks at the processes while they ran
    largest_gap_seconds: float = 0.0  # between two of them
    caveats: tuple[str, ...] = ()  # what the figure can miss, beyond what its method always does


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one trial returned. `peak_bytes` is None where the trial did not come to a figure."""

    scenario: str
    variant: str
    meter: str
    repeat: int
    outcome: Outcome
    peak_bytes: int | None
    wall_seconds: float
    phases: tuple[PhaseSpan, ...] = ()
    timeline: Timeline | None = None
    digest: str | None = None
    detail: str = ""  # how it failed in a few words: "signal 9", "exit status 7"
    stderr_tail: str = ""  # the end of its standard error, kept where it failed
    source: str = ""  # where the peak was read, what is in it and how exact it is, if that is not the meter's alone
    call_sites: tuple[CallSite, ...] = ()  # largest first; only from meters that know them
    artifacts: tuple[str, ...] = ()  # files that the meter left, relative to the folder of the results
    command: CommandFacts | None = None  # of a foreign command
    side: Side | None = None  # as in Workload

    @property
    def key(self) -> TrialKey:
        """The key of the trial that this came from."""
        return TrialKey(self.scenario, self.variant, self.meter, self.repeat, self.side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The readings of one workload under one meter.

    `peak_bytes` holds the peaks of the trials that ended `ok` or `wrong-output`, in the order of the repeats;
    `wall_seconds` and `outcomes` have one entry for every trial.
    """

    scenario: str
    variant: str
    meter: str
    peak_bytes: tuple[int, ...]
    wall_seconds: tuple[float, ...]
    outcomes: tuple[Outcome, ...]
    digest: str | None
    phases: Mapping[str, int]  # the largest peak of each phase over the trials' medians
    phase_spans: tuple[PhaseSpan, ...] = ()  # of the trial that the timeline is of
    timeline: Timeline | None = None  # of the trial with the median peak
    expected_outcome: Outcome = Outcome.OK
    budget_bytes: int | None = None  # what the median may be at most
    source: str = ""  # as in Reading
    call_sites: tuple[CallSite, ...] = ()  # of the trial with the median peak
    artifacts: tuple[str, ...] = ()  # of all trials
    commands: tuple[CommandFacts, ...] = ()  # of all trials of a foreign command
    failures: tuple[str, ...] = ()  # one line for each trial that failed
    warnings: tuple[str, ...] = ()
    parameters: Mapping[str, Scalar] = field(default_factory=dict)  # that the scenario's variants differ in
    failed_peak_bytes: tuple[int, ...] = ()  # what trials that did not come to their end had reached by then

    @property
    def key(self) -> Key:
        """What this sample is compared by."""
        return Key(self.scenario, self.variant, self.meter)

    @property
    def median_bytes(self) -> int | None:
        """The middle peak; of an even number the lower middle one, so that it was really measured."""
        ordered = sorted(self.peak_bytes)
        return ordered[(len(ordered) - 1) // 2] if ordered else None

    @property
    def spread_bytes(self) -> int | None:
        """Largest minus smallest peak."""
        return max(self.peak_bytes) - min(self.peak_bytes) if self.peak_bytes else None

    @property
    def failed(self) -> bool:
        """Whether any trial ended otherwise than expected."""
        return any(outcome is not self.expected_outcome for outcome in self.outcomes)

    @property
    def over_budget(self) -> bool:
        """Whether the median lies above the budget."""
        return self.budget_bytes is not None and (self.median_bytes or 0) > self.budget_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The machine and the controls that held on it: figures from two of them are not comparable."""

    python: str
    implementation: str
    kernel: str
    libc: str
    machine: str
    cpu_count: int
    page_size: int
    thp: str
    controls: Mapping[str, Any]
    settings: Mapping[str, int | str] = field(default_factory=dict)  # what the suite took from the environment
    fingerprint: str = ""
    machine_class: str = ""  # the name of the class of machines, where one was given


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A level that was accepted in place of another; None where there was none."""

    scenario: str
    variant: str
    meter: str
    from_bytes: int | None
    to_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """That somebody has accepted new levels into a baseline, and why."""

    at: str  # ISO 8601 with its time zone
    by: str
    reason: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A whole results document."""

    created: str  # ISO 8601 with its time zone
    environment: Environment
    samples: tuple[Sample, ...]
    revision: str = ""  # of the code that was measured, such as a commit; "" where it is not known
    history: tuple[Promotion, ...] = ()  # of a baseline, oldest first
