"""A bisection over acted measurements: several workloads, ends that do not differ, and what is taken up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_results import ENVIRONMENT

from membench.harness.bisection.bisecting import Bisection
from membench.harness.bisection.document import bisection_document
from membench.harness.bisection.keeping import Keeper
from membench.harness.bisection.line import ListedCommit
from membench.harness.bisection.measuring import Samples
from membench.harness.errors import MeasurementError, UsageError
from membench.harness.gate.measuring import Decide
from membench.harness.gate.verdicts import GateRow
from membench.harness.kernel.controls import available_controls
from membench.harness.keys import Key, Side, WorkloadKey
from membench.harness.model import Outcome, Sample
from membench.harness.runs.session import Session
from membench.harness.store.readings import Origin
from membench.harness.trial.isolation import Isolation

KIB = 1024
MIB = 1024 * KIB
SESSION = Session(
    isolation=Isolation(controls=available_controls(), time_limit_seconds=60), environment=ENVIRONMENT, jobs=1
)


def keys(*names: str) -> list[Key]:
    return [Key(name, "v", "peak_rss") for name in names]


@dataclass
class ActedCommits:
    """Commits whose peaks are 20 MiB, and 64 KiB more from the first bad one of each workload on."""

    first_bad: Mapping[str, int]
    broken: Collection[int] = ()
    asked: list[int] = field(default_factory=list)

    def ends(self, good: ListedCommit, bad: ListedCommit, decide: Decide) -> Mapping[Side, Samples]:
        found = {side: self._samples(int(commit.hash), None) for side, commit in zip(Side, (good, bad), strict=True)}
        assert list(decide(found))
        return found

    def one(self, commit: ListedCommit, keys: Collection[WorkloadKey], decide: Decide) -> Samples:
        self.asked.append(int(commit.hash))
        if int(commit.hash) in self.broken:
            raise MeasurementError("Installing it ended with status 1: no rule.")
        samples = self._samples(int(commit.hash), keys)
        assert list(decide({Side.HEAD: samples}))
        return samples

    def with_causes(self, good: ListedCommit, bad: ListedCommit, row: GateRow) -> GateRow:
        return row

    def _samples(self, place: int, keys: Collection[WorkloadKey] | None) -> Samples:
        samples = {}
        for name, first in self.first_bad.items():
            peak = 20 * MIB + (64 * KIB if place >= first else 0)
            sample = Sample(
                scenario=name,
                variant="v",
                meter="peak_rss",
                peak_bytes=tuple(peak + noise for noise in (0, 4 * KIB, 0, 0, 4 * KIB)),
                wall_seconds=(0.1,) * 5,
                outcomes=(Outcome.OK,) * 5,
                digest="",
                phases={},
            )
            if keys is None or sample.key.workload in keys:
                samples[sample.key] = sample
        return samples


def bisection(acted: ActedCommits, count: int, folder: Path | None = None, *, resume: bool = False) -> Bisection:
    keeper = Keeper(session=SESSION, origin=Origin(fingerprint="x", workloads={}), install=(), folder=folder)
    keeper.begin(resume=resume)
    return Bisection(
        commits=[ListedCommit(f"{place}", f"change {place}") for place in range(count)],
        meter=acted,
        keeper=keeper,
        keys=keys(*acted.first_bad),
        smallest_bytes=4 * KIB,
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 199), st.sampled_from((None, -1, 1)))
def test_a_rise_of_64_kib_among_200_commits_is_found_in_at_most_9(first_bad: int, beside: int | None) -> None:
    broken = {first_bad + beside} - {0, 199} if beside is not None else set()
    acted = ActedCommits({"a": first_bad}, broken)
    document = bisection_document(bisection(acted, 200).find())
    assert str(first_bad) in {one["commit"] for one in document["candidates"]}
    assert len(document["candidates"]) == (2 if first_bad - 1 in broken else 1)
    assert document["shift_bytes"] == 64 * KIB
    assert len(document["measured"]) <= 9
    assert {entry["commit"] for entry in document["skipped"]} <= {str(place) for place in broken}


def test_several_workloads_are_narrowed_down_in_one_walk_and_each_commit_is_measured_once() -> None:
    acted = ActedCommits({"a": 20, "b": 21, "c": 180})
    finding = bisection(acted, 200).find()
    assert {rise.key.scenario: rise.first_bad.hash for rise in finding.rises if rise.first_bad} == {
        "a": "20",
        "b": "21",
        "c": "180",
    }
    assert len(acted.asked) == len(set(acted.asked)) <= 16


def test_what_was_measured_is_taken_up_also_when_it_was_stopped(tmp_path: Path) -> None:
    acted = ActedCommits({"a": 77}, broken={99})
    whole = bisection_document(bisection(acted, 200, tmp_path).find())
    again = ActedCommits({"a": 77}, broken={99})
    assert bisection_document(bisection(again, 200, tmp_path, resume=True).find()) == whole
    assert again.asked == []
    removed = tmp_path / "commits" / f"{acted.asked[-1]}.json"
    removed.unlink()
    bisection(again, 200, tmp_path, resume=True).find()
    assert again.asked == acted.asked[-1:]
    bisection(again, 200, tmp_path).find()
    assert again.asked[1:] == acted.asked


def test_a_folder_of_another_environment_is_not_taken_up(tmp_path: Path) -> None:
    bisection(ActedCommits({"a": 1}), 3, tmp_path)
    keeper = Keeper(session=SESSION, origin=Origin(fingerprint="y", workloads={}), install=(), folder=tmp_path)
    with pytest.raises(UsageError, match="in another environment"):
        keeper.begin(resume=True)


def test_where_nothing_rose_there_is_nothing_to_find() -> None:
    with pytest.raises(UsageError, match=r"No peak rose .* a/v: 20\.00 MiB in GOOD, 20\.00 MiB in BAD"):
        bisection(ActedCommits({"a": 400}), 200).find()


def test_a_workload_that_did_not_rise_is_left_out_and_said() -> None:
    finding = bisection(ActedCommits({"a": 3, "b": 400}), 9).find()
    assert [rise.key.scenario for rise in finding.rises] == ["a"]
    assert finding.warnings == ("b/v: 20.00 MiB in GOOD, 20.00 MiB in BAD; left out",)
