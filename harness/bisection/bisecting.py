"""Walks from a good and a bad commit to the one that raised the peak of each workload."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from membench.harness.bisection.finding import Finding, Rise, Visit
from membench.harness.bisection.keeping import Keeper, Measured
from membench.harness.bisection.line import ListedCommit
from membench.harness.bisection.measuring import Samples
from membench.harness.bisection.walk import Span, Standing, next_commit, span_of
from membench.harness.errors import MembenchError, UsageError
from membench.harness.gate.judging import judge
from membench.harness.gate.measuring import Decide
from membench.harness.gate.verdicts import GateRow, Verdict
from membench.harness.keys import Key, Side, WorkloadKey
from membench.harness.model import Sample
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.units import format_bytes

Say = Callable[[str], None]


class MeasuresCommits(Protocol):
    """What a bisection measures with; `CommitMeter` is the one that does."""

    def ends(self, good: ListedCommit, bad: ListedCommit, decide: Decide) -> Mapping[Side, Samples]:
        """Measure both ends side by side."""
        ...

    def one(self, commit: ListedCommit, keys: Collection[WorkloadKey], decide: Decide) -> Samples:
        """Measure some of the workloads at a commit."""
        ...

    def with_causes(self, good: ListedCommit, bad: ListedCommit, row: GateRow) -> GateRow:
        """Name the lines that grew from one commit to another."""
        ...


@dataclass(slots=True, kw_only=True)
class Bisection:
    """A bisection under way."""

    commits: Sequence[ListedCommit]  # from the good end to the bad one
    meter: MeasuresCommits
    keeper: Keeper
    keys: Sequence[Key]
    smallest_bytes: int  # a rise that is worth looking for
    say: Say = lambda _: None
    _warnings: list[str] = field(default_factory=list)
    _visited: dict[int, dict[Key, tuple[Standing, str]]] = field(default_factory=dict)

    def find(self) -> Finding:
        """Walk until every workload's rise is narrowed down as far as it can be, and look for its lines.

        Raises:
            UsageError: an end cannot be measured, or nothing rose.
        """
        good, bad = self._ends()
        risen = self._risen(good, bad)
        known: dict[Key, dict[int, Standing]] = {key: {} for key in risen}
        while (place := self._next(known)) is not None:
            asked = [key for key in risen if place in span_of(len(self.commits), known[key]).untried]
            self._visit(place, asked, good, risen)
            for key in asked:
                known[key][place] = self._visited[place][key][0]
        spans = {key: span_of(len(self.commits), found) for key, found in known.items()}
        rises = sorted((self._rise(key, span) for key, span in spans.items()), key=lambda rise: -rise.shift_bytes)
        return Finding(
            good=self.commits[0],
            bad=self.commits[-1],
            rises=tuple(rises),
            visits=tuple(self._visit_of(place) for place in self._visited),
            between=len(self.commits) - 1,
            warnings=tuple(self._warnings),
        )

    def _ends(self) -> tuple[Samples, Samples]:
        first, last = self.commits[0], self.commits[-1]
        known = [self.keeper.known(commit.hash).samples for commit in (first, last)]
        if all(key in samples for key in self.keys for samples in known):
            self.say("both ends are known")
            return known[0], known[1]
        self.say(f"measuring both ends of {len(self.commits) - 1} commits")
        try:
            measured = self.meter.ends(first, last, self._decide_ends)
        except MembenchError as error:
            raise UsageError(f"An end cannot be measured: {error}") from error
        for commit, side in ((first, Side.BASE), (last, Side.HEAD)):
            self.keeper.keep(commit.hash, Measured(measured[side]))
        return measured[Side.BASE], measured[Side.HEAD]

    def _decide_ends(self, samples: Mapping[Side, Samples]) -> Iterable[GateRow]:
        good, bad = samples[Side.BASE], samples[Side.HEAD]
        return [self._judged(good.get(key), sample, self.smallest_bytes) for key, sample in bad.items()]

    def _judged(self, base: Sample | None, head: Sample, allowed_bytes: int) -> GateRow:
        return judge(base, head, Thresholds(relative=0, absolute_bytes=allowed_bytes), against=self.commits[0].short)

    def _risen(self, good: Samples, bad: Samples) -> dict[Key, int]:
        """Give the workloads whose peak rose, with half of the rise: what lies above that has it.

        Raises:
            UsageError: none did.
        """
        found = {}
        reasons = []
        for key in self.keys:
            row = self._judged(good.get(key), bad[key], self.smallest_bytes)
            if row.verdict is Verdict.REGRESSION and row.shift is not None:
                found[key] = row.shift.bytes // 2
            else:
                reasons.append(f"{key.workload}: {_why_not(row)}")
        if not found:
            raise UsageError(f"No peak rose from GOOD to BAD, so there is nothing to find. {'; '.join(reasons[:3])}.")
        self._warnings += [f"{reason}; left out" for reason in reasons]
        return found

    def _next(self, known: Mapping[Key, Mapping[int, Standing]]) -> int | None:
        """Choose the next commit, for the workload of which most is open."""
        count = len(self.commits)
        widest = max(known, key=lambda key: len(span_of(count, known[key]).untried))
        return next_commit(count, known[widest])

    def _visit(self, place: int, keys: Sequence[Key], good: Samples, halves: Mapping[Key, int]) -> None:
        commit = self.commits[place]

        def decide(samples: Mapping[Side, Samples]) -> list[GateRow]:
            return [self._judged(good[key], sample, halves[key]) for key, sample in samples[Side.HEAD].items()]

        measured = self.keeper.known(commit.hash)
        if not measured.failure and any(key not in measured.samples for key in keys):
            self.say(f"measuring {commit}")
            measured = self._measure(commit, [key.workload for key in keys], decide)
        found = self._visited.setdefault(place, {})
        for key in keys:
            sample = measured.samples.get(key)
            if measured.failure or sample is None:
                found[key] = (Standing.SKIPPED, measured.failure or "it was not measured")
            else:
                found[key] = _standing(self._judged(good[key], sample, halves[key]))

    def _measure(self, commit: ListedCommit, keys: Sequence[WorkloadKey], decide: Decide) -> Measured:
        try:
            return self.keeper.keep(commit.hash, Measured(self.meter.one(commit, keys, decide)))
        except MembenchError as error:
            return self.keeper.keep(commit.hash, Measured(failure=str(error)))

    def _rise(self, key: Key, span: Span) -> Rise:
        after, first = self.commits[span.good], self.commits[span.bad]
        base, head = (self.keeper.known(commit.hash).samples[key] for commit in (after, first))
        row = replace(self._judged(base, head, 0), verdict=Verdict.REGRESSION)
        self.say(f"looking for the lines of {key.workload} in {first}")
        try:
            row = self.meter.with_causes(after, first, row)
        except MembenchError as error:
            self._warnings.append(f"{key.workload}: its lines could not be looked for: {error}")
        ends = [self.keeper.known(self.commits[place].hash).samples[key].median_bytes for place in (0, -1)]
        return Rise(
            key=key,
            good_bytes=ends[0] or 0,
            bad_bytes=ends[1] or 0,
            candidates=tuple(self.commits[place] for place in span.candidates),
            after=after,
            own=row,
        )

    def _visit_of(self, place: int) -> Visit:
        found = self._visited[place]
        samples = self.keeper.known(self.commits[place].hash).samples
        reasons = dict.fromkeys(text for _, text in found.values() if text)
        wholly = all(standing is Standing.SKIPPED for standing, _ in found.values())
        return Visit(
            commit=self.commits[place],
            peaks={key: samples[key].median_bytes if key in samples else None for key in found},
            standings={key: standing for key, (standing, _) in found.items()},
            failure="; ".join(reasons) if wholly else "",
        )


def _standing(row: GateRow) -> tuple[Standing, str]:
    match row.verdict:
        case Verdict.REGRESSION:
            return Standing.BAD, ""
        case Verdict.PASS | Verdict.IMPROVEMENT:
            return Standing.GOOD, ""
        case _:
            return Standing.SKIPPED, row.reason


def _why_not(row: GateRow) -> str:
    match row.verdict:
        case Verdict.FAILED:
            return f"BAD cannot run it: {row.reason}"
        case Verdict.NEW:
            return row.reason
        case Verdict.INCONCLUSIVE:
            return f"it is not decided whether it rose: {row.reason}"
        case _:
            return f"{format_bytes(row.base_bytes or 0)} in GOOD, {format_bytes(row.head_bytes or 0)} in BAD"
