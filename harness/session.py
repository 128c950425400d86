"""One run of many trials: the controls that hold, the machine, and the readings kept as they come."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from harness.controls import Controls, available_controls, usable_cpus
from harness.environment import describe_environment
from harness.isolation import Isolation
from harness.model import Environment, Reading, Results, Workload
from harness.revision import current_revision
from harness.runner import Observer, run_schedule
from harness.sampling import make_samples
from harness.schedule import Schedule, interleave
from harness.store.readings import ReadingsFile

ARTIFACTS_FOLDER = "artifacts"


class ObserverFor(Protocol):
    """Makes the observer of a run of so many trials, for the length of a `with`."""

    def __call__(self, total: int) -> AbstractContextManager[Observer]:
        """Make it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What the trials of a run have in common."""

    controls: Controls
    environment: Environment
    time_limit_seconds: float
    jobs: int
    memory_limit_bytes: int | None = None
    folder: Path | None = None  # where readings and artifacts are kept
    resume: bool = False  # take up the readings that are there

    @classmethod
    def begin(
        cls,
        settings: Mapping[str, int],
        *,
        time_limit_seconds: float,
        jobs: int,
        folder: Path | None = None,
        resume: bool = False,
        memory_limit_bytes: int | None = None,
    ) -> "Session":
        """Find out what holds on this machine, and begin."""
        controls = available_controls()
        return cls(
            controls=controls,
            environment=describe_environment(controls, settings),
            time_limit_seconds=time_limit_seconds,
            jobs=jobs,
            folder=folder,
            resume=resume,
            memory_limit_bytes=memory_limit_bytes,
        )

    def measure(
        self, workloads: Sequence[Workload], meters: Sequence[str], repeats: int, observer_for: ObserverFor
    ) -> Results:
        """Run every workload under every meter so many times, in turn, and make samples of the readings.

        Raises:
            MembenchError: readings to take up do not fit, or a process could not be started.
        """
        schedule = interleave(workloads, meters, repeats)
        with observer_for(len(schedule.trials)) as observer:
            readings = self._run(schedule, observer)
        return Results(
            created=datetime.now().astimezone().isoformat(timespec="seconds"),
            environment=self.environment,
            samples=make_samples(workloads, readings),
            revision=current_revision(Path.cwd()),
        )

    def _run(self, schedule: Schedule, observer: Observer) -> list[Reading]:
        isolation = Isolation(
            controls=self.controls,
            time_limit_seconds=self.time_limit_seconds,
            memory_limit_bytes=self.memory_limit_bytes,
            artifacts=self.folder / ARTIFACTS_FOLDER if self.folder is not None else None,
        )
        cpus = usable_cpus()
        store = ReadingsFile(self.folder, self.environment) if self.folder is not None else None
        done = store.resume() if store is not None and self.resume else {}
        with closing(store) if store is not None else nullcontext():
            if store is not None:
                store.start(done)
            return run_schedule(
                schedule,
                isolation,
                cpus=[cpus[slot % len(cpus)] for slot in range(self.jobs)],
                keep=store.append if store is not None else _keep_nothing,
                observer=observer,
                done=done,
            )


def _keep_nothing(reading: Reading) -> None:
    del reading
