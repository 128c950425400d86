"""One run of many trials: the controls that hold, the machine, and the readings kept as they come."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from membench.harness.kernel.controls import available_controls, cpus_of_jobs
from membench.harness.model import Environment, Reading, Results, Sample, Workload
from membench.harness.runs.code_state import CodeState, code_state
from membench.harness.runs.environment import describe_environment
from membench.harness.runs.runner import Observer, run_schedule
from membench.harness.runs.sampling import make_samples
from membench.harness.runs.schedule import Schedule, interleave
from membench.harness.store.limits import require_storable
from membench.harness.store.readings import Origin, ReadingsFile
from membench.harness.trial.isolation import Isolation

ARTIFACTS_FOLDER = "artifacts"


class ObserverFor(Protocol):
    """Makes the observer of a run of so many trials, for the length of a `with`."""

    def __call__(self, total: int) -> AbstractContextManager[Observer]:
        """Make it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What the trials of a run have in common."""

    isolation: Isolation
    environment: Environment
    jobs: int
    folder: Path | None = None  # where readings and artifacts are kept
    resume: bool = False  # take up the readings that are there
    code: CodeState = field(default_factory=CodeState)  # of the working folder as the run began

    @classmethod
    def begin(
        cls,
        settings: Mapping[str, int | str],
        *,
        time_limit_seconds: float,
        jobs: int,
        folder: Path | None = None,
        resume: bool = False,
        scratch: Path | None = None,
    ) -> "Session":
        """Find out what holds on this machine, and begin."""
        controls = available_controls()
        isolation = Isolation(
            controls=controls,
            time_limit_seconds=time_limit_seconds,
            artifacts=folder / ARTIFACTS_FOLDER if folder is not None else None,
            scratch=scratch,
        )
        return cls(
            isolation=isolation,
            environment=describe_environment(controls, settings),
            jobs=jobs,
            folder=folder,
            resume=resume,
            code=code_state(Path.cwd()),
        )

    def measure(
        self, workloads: Sequence[Workload], meters: Sequence[str], repeats: int, observer_for: ObserverFor
    ) -> Results:
        """Run every workload under every meter so many times, in turn, and make samples of the readings.

        Raises:
            MembenchError: readings to take up do not fit, or a process could not be started.
        """
        readings = self.read(workloads, meters, repeats, observer_for)
        return self.results(make_samples(workloads, readings))

    def results(self, samples: Sequence[Sample]) -> Results:
        """Put samples into the environment that they were measured in."""
        return Results(
            created=datetime.now().astimezone().isoformat(timespec="seconds"),
            environment=self.environment,
            samples=tuple(samples),
            revision=self.code.revision,
        )

    def read(
        self,
        workloads: Sequence[Workload],
        meters: Sequence[str],
        repeats: int,
        observer_for: ObserverFor,
        *,
        first: int = 0,
    ) -> list[Reading]:
        """Run every workload under every meter so many times, in turn; repeats are counted from `first` on.

        Raises:
            MembenchError: readings to take up do not fit, or a process could not be started.
        """
        require_storable(workloads, meters, repeats)
        schedule = interleave(workloads, meters, repeats, first)
        with observer_for(len(schedule.trials)) as observer:
            return self._run(schedule, observer)

    def _run(self, schedule: Schedule, observer: Observer) -> list[Reading]:
        store = ReadingsFile(self.folder, self._origin(schedule)) if self.folder is not None else None
        done = store.resume() if store is not None and self.resume else {}
        with closing(store) if store is not None else nullcontext(), self.isolation.held() as isolation:
            if store is not None:
                store.start(done)
            return run_schedule(
                schedule,
                isolation,
                cpus=cpus_of_jobs(self.jobs),
                keep=store.append if store is not None else _keep_nothing,
                observer=observer,
                done=done,
            )

    def _origin(self, schedule: Schedule) -> Origin:
        return Origin.of(
            (trial.workload for trial in schedule.trials),
            fingerprint=self.environment.fingerprint,
            revision=self.code.revision,
            changes=self.code.changes,
        )


def _keep_nothing(reading: Reading) -> None:
    del reading
