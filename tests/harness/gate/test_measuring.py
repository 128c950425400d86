"""Base and head are measured in turn until every row is decided, and the worst rows get their causes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from acted_sessions import ActedSession, nobody
from sample_results import ENVIRONMENT, sample

from membench.harness.gate.judging import judge_all
from membench.harness.gate.measuring import MOST_ROWS_WITH_CAUSES, Gating, Version
from membench.harness.gate.verdicts import GateRow, Verdict
from membench.harness.kernel.controls import available_controls
from membench.harness.keys import Side, TrialKey
from membench.harness.model import Reading, Workload
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.trial.adapters import COMMAND
from membench.harness.trial.isolation import Isolation

MIB = 1024 * 1024


def gating(
    peak: Callable[[TrialKey], int], *variants: str, roots: dict[str, Path] | None = None, adapter: str = "object"
) -> tuple[Gating, list[TrialKey]]:
    isolation = Isolation(controls=available_controls(), time_limit_seconds=60)
    session = ActedSession(isolation=isolation, environment=ENVIRONMENT, jobs=1, peak=peak, roots=roots or {})
    workloads = [
        Workload(scenario="s", variant=variant, target="", parameters={}, import_paths=(), adapter=adapter)
        for variant in variants
    ]
    versions = [
        Version(
            side=side,
            workloads=[replace(workload, side=side) for workload in workloads],
            roots=[str((roots or {}).get(side, Path("/none")))],
        )
        for side in Side
    ]
    return Gating(session=session, versions=versions, meters=["peak_rss"], observer_for=nobody), session.asked


def decide(samples: object) -> list[GateRow]:
    return judge_all(samples[Side.BASE], samples[Side.HEAD], Thresholds(), against="HEAD~1")  # type: ignore[index]  # of Decide


def test_base_and_head_are_measured_side_by_side_and_what_is_decided_is_not_measured_again() -> None:
    run, asked = gating(lambda trial: 100 * MIB, "a", "b")
    rows = run.measure(decide, repeats=3, most_repeats=12)
    assert [row.verdict for row in rows] == [Verdict.PASS, Verdict.PASS]
    assert [(trial.side, trial.variant) for trial in asked] == [
        ("base", "a"),
        ("head", "a"),
        ("base", "b"),
        ("head", "b"),
    ] * 3


def test_only_what_is_not_decided_is_measured_again_until_it_is() -> None:
    def peak(trial: TrialKey) -> int:
        return 100 * MIB + (2 * MIB if trial.variant == "b" and trial.repeat == 0 else 0)

    run, asked = gating(peak, "a", "b")
    rows = run.measure(decide, repeats=3, most_repeats=12)
    assert [row.verdict for row in rows] == [Verdict.PASS, Verdict.PASS]
    assert {(trial.variant, trial.repeat) for trial in asked if trial.repeat >= 3} == {("b", 3), ("b", 4), ("b", 5)}
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("most", [3, 4, 7])
def test_what_cannot_be_decided_is_given_up_at_the_limit(most: int) -> None:
    run, asked = gating(lambda trial: (100 + 50 * (trial.repeat % 2)) * MIB, "a")
    rows = run.measure(decide, repeats=3, most_repeats=most)
    assert [row.verdict for row in rows] == [Verdict.INCONCLUSIVE]
    assert sorted({trial.repeat for trial in asked}) == list(range(most))


@pytest.fixture
def roots(tmp_path: Path) -> dict[str, Path]:
    found = {str(side): tmp_path / side for side in Side}
    for folder in found.values():
        folder.mkdir()
        (folder / "jobs.py").write_text("rows = load()\n")
    return found


def risen(trial: TrialKey) -> int:
    return (200 if (trial.side is Side.HEAD) else 100) * MIB


def test_a_regression_gets_the_place_that_grew_named_relative_to_the_project(roots: dict[str, Path]) -> None:
    run, asked = gating(risen, "a", roots=roots)
    (row,) = run.with_causes(run.measure(decide, repeats=3, most_repeats=3))
    (cause,) = row.causes
    assert (cause.file, cause.line, cause.function, cause.shift_bytes) == ("jobs.py", 1, "f", 100 * MIB)
    assert [trial for trial in asked if trial.meter == "memray"] == [
        ("s", "a", "memray", 3, "base"),
        ("s", "a", "memray", 3, "head"),
    ]


def test_only_the_worst_regressions_are_looked_into(roots: dict[str, Path]) -> None:
    names = [str(number) for number in range(10)]

    def peak(trial: TrialKey) -> int:
        return (100 + (10 + int(trial.variant)) * (trial.side is Side.HEAD)) * MIB

    run, _ = gating(peak, *names, roots=roots)
    rows = run.with_causes(run.measure(decide, repeats=3, most_repeats=3))
    assert [row.variant for row in rows if row.causes] == names[-MOST_ROWS_WITH_CAUSES:]


def test_rows_that_pass_and_commands_have_no_causes(roots: dict[str, Path]) -> None:
    for peak, adapter in ((lambda trial: MIB, "object"), (risen, COMMAND)):
        run, asked = gating(peak, "a", roots=roots, adapter=adapter)
        (row,) = run.with_causes(run.measure(decide, repeats=3, most_repeats=3))
        assert row.causes == ()
        assert not [trial for trial in asked if trial.meter == "memray"]


@dataclass
class Noting:
    """Keeps nothing, and notes what it was given."""

    folder: Path
    given: list[tuple[str, str, str]] = field(default_factory=list)

    def keep(self, place: str, reading: Reading, roots: Sequence[str], links: Mapping[str, str]) -> None:
        assert Path(roots[0]).name == place
        self.given.append((place, reading.variant, reading.meter))


def keeping(run: Gating, scratch: Path, *, always: bool = False) -> tuple[Gating, Noting]:
    keeper = Noting(scratch / "captures")
    session = replace(run.session, isolation=replace(run.session.isolation, scratch=scratch))
    return replace(run, session=session, keeper=keeper, keep_always=always), keeper


def test_the_captures_of_the_worst_regression_alone_are_kept_without_a_trial_more(
    roots: dict[str, Path], tmp_path: Path
) -> None:
    def peak(trial: TrialKey) -> int:
        return (100 + (10 + int(trial.variant)) * (trial.side is Side.HEAD)) * MIB

    plain, asked = gating(peak, "0", "1", roots=roots)
    run, keeper = keeping(plain, tmp_path)
    rows = run.with_causes(run.measure(decide, repeats=3, most_repeats=3))
    assert keeper.given == [("base", "1", "call_paths"), ("head", "1", "call_paths")]
    assert [row.variant for row in rows if row.causes] == ["0", "1"]
    assert sorted({(trial.variant, trial.meter) for trial in asked if trial.repeat == 3}) == [
        ("0", "memray"),
        ("1", "call_paths"),
    ]


@pytest.mark.parametrize(("always", "kept"), [(False, []), (True, ["a", "a"])])
def test_without_a_regression_captures_are_kept_only_where_that_was_asked_for(
    roots: dict[str, Path], tmp_path: Path, always: bool, kept: list[str]
) -> None:
    plain, _ = gating(lambda trial: 100 * MIB, "a", roots=roots)
    run, keeper = keeping(plain, tmp_path, always=always)
    (row,) = run.with_causes(run.measure(decide, repeats=3, most_repeats=3))
    assert [variant for _, variant, _ in keeper.given] == kept
    assert row.causes == ()


def test_of_a_command_there_are_no_captures(roots: dict[str, Path], tmp_path: Path) -> None:
    plain, _ = gating(risen, "a", roots=roots, adapter=COMMAND)
    run, keeper = keeping(plain, tmp_path, always=True)
    run.with_causes(run.measure(decide, repeats=3, most_repeats=3))
    assert keeper.given == []


def test_a_regression_against_a_baseline_alone_has_no_causes(roots: dict[str, Path]) -> None:
    run, _ = gating(risen, "a", roots=roots)
    alone = replace(run, versions=run.versions[1:])
    rows = [replace(row, verdict=Verdict.REGRESSION) for row in run.measure(decide, repeats=3, most_repeats=3)]
    assert [row.causes for row in alone.with_causes(rows)] == [()]


def test_what_three_trials_call_a_rise_is_measured_again_before_it_is_one() -> None:
    run, asked = gating(risen, "a")
    (row,) = run.measure(decide, repeats=3, most_repeats=12)
    assert (row.verdict, row.settled) == (Verdict.REGRESSION, True)
    assert sorted({trial.repeat for trial in asked}) == list(range(6))


def test_a_rise_that_only_the_first_trials_show_is_no_regression() -> None:
    def peak(trial: TrialKey) -> int:
        return (150 if trial.side is Side.HEAD and trial.repeat < 3 else 100) * MIB

    run, _ = gating(peak, "a")
    (row,) = run.measure(decide, repeats=3, most_repeats=12)
    assert row.verdict is Verdict.PASS


def test_a_stored_base_of_too_few_trials_does_not_have_the_head_measured_again() -> None:
    one = sample("a", (100 * MIB,), scenario="s")

    def against_stored(samples: object) -> list[GateRow]:
        return judge_all({one.key: one}, samples[Side.HEAD], Thresholds(), against="the baseline")  # type: ignore[index]  # of Decide

    run, asked = gating(lambda trial: 100 * MIB, "a")
    (row,) = run.measure(against_stored, repeats=3, most_repeats=12)
    assert row.verdict is Verdict.INCONCLUSIVE
    assert {trial.repeat for trial in asked} == {0, 1, 2}
