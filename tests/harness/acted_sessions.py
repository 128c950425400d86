"""A session that measures nothing: its trials come to what a test says."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sample_results import reading

from membench.harness.keys import TrialKey
from membench.harness.model import CallSite, Outcome, Reading, Trial, Workload
from membench.harness.runs.session import ObserverFor, Session


class Silent:
    def started(self, trial: Trial) -> None:
        pass

    def finished(self, trial: Trial, reading: Reading) -> None:
        pass


@contextmanager
def nobody(total: int) -> Iterator[Silent]:
    yield Silent()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActedSession(Session):
    """Its trials come to the peaks that a function gives, all held by one line; it remembers what it was asked for."""

    peak: Callable[[TrialKey], int]
    outcome: Outcome = Outcome.OK
    roots: dict[str, Path] = field(default_factory=dict)
    asked: list[TrialKey] = field(default_factory=list)

    def read(
        self,
        workloads: Sequence[Workload],
        meters: Sequence[str],
        repeats: int,
        observer_for: ObserverFor,
        *,
        first: int = 0,
    ) -> list[Reading]:
        trials = [
            TrialKey(*workload.key, meter, repeat, workload.side)
            for repeat in range(first, first + repeats)
            for workload in workloads
            for meter in meters
        ]
        self.asked.extend(trials)
        return [self._reading(trial) for trial in trials]

    def _reading(self, trial: TrialKey) -> Reading:
        file = self.roots.get(trial.side or "", Path()) / "jobs.py"
        peak = self.peak(trial)
        site = CallSite(file=str(file), line=1, function="f", bytes=peak)
        return reading(trial, peak, outcome=self.outcome, call_sites=(site,))
