"""Promoting as a user meets it."""

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from sample_results import ENVIRONMENT, results, sample

from membench.harness.commands.command_line import main
from membench.harness.model import Outcome, Sample
from membench.harness.store.results import read_results, write_results_file


class Done(NamedTuple):
    code: int
    out: str
    err: str


Promote = Callable[..., Done]


@pytest.fixture
def promote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Promote]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTOR", raising=False)
    write_results_file(results(sample("a", (2**20,) * 3), sample("b", (7,) * 3)), tmp_path / "run.json")

    def run(*arguments: str, reason: str | None = "worth it") -> Done:
        code = main(["promote", *arguments, *(() if reason is None else ("--reason", reason))])
        return Done(code, *capsys.readouterr())

    before = signal.getsignal(signal.SIGTERM)
    yield run
    signal.signal(signal.SIGTERM, before)


def test_a_run_becomes_a_baseline_with_its_history(promote: Promote, tmp_path: Path) -> None:
    done = promote("run.json", "--baseline", "kept/baseline.json", "--by", "the team")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "smoke/a peak_rss: 1.00 MiB, new",
        "smoke/b peak_rss: 7 B, new",
        "wrote kept/baseline.json",
    ]
    (promotion,) = read_results(tmp_path / "kept" / "baseline.json").history
    assert (promotion.by, promotion.reason) == ("the team", "worth it")
    assert promotion.at[10] == "T"


def test_a_second_run_moves_its_levels_and_says_by_how_much(promote: Promote, tmp_path: Path) -> None:
    promote("run.json", "--baseline", "baseline.json")
    write_results_file(results(sample("a", (2**21,) * 3)), tmp_path / "next.json")
    done = promote("next.json", "--baseline", "baseline.json", reason="  the cache is worth 1 MiB ")
    assert done.out.splitlines()[0] == "smoke/a peak_rss: 1.00 MiB to 2.00 MiB, +1.00 MiB"
    held = read_results(tmp_path / "baseline.json")
    assert {one.variant: one.median_bytes for one in held.samples} == {"a": 2**21, "b": 7}
    assert [promotion.reason for promotion in held.history] == ["worth it", "the cache is worth 1 MiB"]


def test_who_accepts_is_the_actor_of_the_workflow_where_there_is_one(
    promote: Promote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTOR", "octocat")
    promote("run.json", "--baseline", "baseline.json")
    assert read_results(tmp_path / "baseline.json").history[0].by == "octocat"


def test_a_user_without_a_name_is_unknown(promote: Promote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    promote("run.json", "--baseline", "baseline.json")
    assert read_results(tmp_path / "baseline.json").history[0].by == "unknown"


@pytest.mark.parametrize(
    ("arguments", "reason", "said"),
    [
        (("run.json", "--baseline", "baseline.json"), " ", "--reason takes 1 to 10,000 characters"),
        (("run.json", "--baseline", "baseline.json"), "x" * 10_001, "--reason takes 1 to 10,000 characters"),
        (("run.json", "--baseline", "baseline.json"), None, "--reason takes 1 to 10,000 characters"),
        (("run.json", "--baseline", "baseline.json", "--tighten"), None, "There is no baseline.json to tighten"),
        (("run.json", "--baseline", "elsewhere.json", "--tighten"), None, "measured elsewhere: kernel 5.0 and 6.1"),
        (("failed.json", "--baseline", "elsewhere.json", "--tighten"), None, "smoke/a/peak_rss failed in this run"),
        (("none.json", "--baseline", "baseline.json"), "y", "Cannot read none.json"),
        (("failed.json", "--baseline", "baseline.json"), "y", "smoke/a/peak_rss failed in this run"),
        (("run.json", "--baseline", "spoilt.json"), "y", "spoilt.json is not JSON"),
        (("one.json", "--baseline", "elsewhere.json"), "y", "kernel 5.0 and 6.1"),
        (("run.json", "--baseline", "run.json/x"), "y", "Cannot write to run.json"),
        (("run.json", "--baseline", "b" * 300), "y", "File name too long"),
        (("run.json", "--baseline", "folder"), "y", "is a directory"),
    ],
)
def test_what_cannot_be_promoted_is_one_clear_error_and_nothing_is_written(
    promote: Promote, tmp_path: Path, arguments: tuple[str, ...], reason: str | None, said: str
) -> None:
    write_results_file(results(sample("a", (), outcomes=(Outcome.CRASHED,))), tmp_path / "failed.json")
    write_results_file(results(sample("a")), tmp_path / "one.json")
    elsewhere = replace(results(sample("a"), sample("b")), environment=replace(ENVIRONMENT, kernel="5.0"))
    write_results_file(elsewhere, tmp_path / "elsewhere.json")
    (tmp_path / "spoilt.json").write_text("{")
    (tmp_path / "folder").mkdir()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    done = promote(*arguments, reason=reason)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") <= 2
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_a_hostile_name_is_printed_as_text(promote: Promote, tmp_path: Path) -> None:
    path = tmp_path / "hostile.json"
    write_results_file(results(sample("a", (100,) * 3)), path)
    document = json.loads(path.read_text())
    document["samples"][0]["scenario"] = "::error::owned\n::error::\x1b[2J##[error]owned"
    path.write_text(json.dumps(document))
    done = promote("hostile.json", "--baseline", "baseline.json")
    assert done.code == 0
    assert len(done.out.splitlines()) == 2
    assert not any(line.startswith("::") for line in done.out.splitlines())
    assert "\x1b" not in done.out
    assert "##[" not in done.out


@pytest.mark.parametrize("peaks", [(2**20,), (2**20, 2**20), (2**20, 2**21, 2**22)])
def test_levels_that_are_not_known_well_enough_are_named(
    promote: Promote, tmp_path: Path, peaks: tuple[int, ...]
) -> None:
    write_results_file(results(sample("a", peaks), sample("b", (7,) * 3)), tmp_path / "few.json")
    said = promote("few.json", "--baseline", "baseline.json").out.splitlines()
    assert [line.split(" has ")[0] for line in said if line.startswith("!")] == ["! smoke/a/peak_rss"]


def level(variant: str, *mib: float) -> Sample:
    return sample(variant, tuple(round(one * 2**20) for one in mib))


def test_tightening_lowers_what_improved_and_says_of_the_rest_why_it_stays(promote: Promote, tmp_path: Path) -> None:
    kept = ("fell", "rose", "within", "open", "absent")
    write_results_file(results(*(level(name, 100, 100, 100) for name in kept)), tmp_path / "first.json")
    promote("first.json", "--baseline", "baseline.json")
    now = [
        level("fell", 80, 80, 80),
        level("rose", 120, 120, 120),
        level("within", 99.5, 99.5, 99.5),
        level("open", 60),
        level("added", 7, 7, 7),
    ]
    write_results_file(results(*now), tmp_path / "next.json")
    done = promote("next.json", "--baseline", "baseline.json", "--tighten", reason=None)
    assert (done.code, done.err) == (0, "")
    undecided = "this run has 60.00 MiB, -40.00 MiB, and these trials do not decide. Run with more --repeats."
    assert done.out.splitlines() == [
        "smoke/rose peak_rss: stays at 100.00 MiB: it rose, this run has 120.00 MiB, +20.00 MiB",
        "smoke/within peak_rss: stays at 100.00 MiB: this run has 99.50 MiB, -512 KiB, no fall by more than 1.00 MiB",
        f"smoke/open peak_rss: stays at 100.00 MiB: {undecided}",
        "smoke/absent peak_rss: stays at 100.00 MiB: not in this run",
        "smoke/added peak_rss: not in the baseline, and not added (7.00 MiB). Promote it with --reason.",
        "smoke/fell peak_rss: 100.00 MiB to 80.00 MiB, -20.00 MiB",
        "wrote baseline.json",
    ]
    held = read_results(tmp_path / "baseline.json")
    levels = {one.variant: (one.median_bytes or 0) >> 20 for one in held.samples}
    assert levels == dict.fromkeys(kept, 100) | {"fell": 80}
    assert [promotion.reason for promotion in held.history] == ["worth it", "tightened: the peak fell"]


def test_where_nothing_improved_a_baseline_is_not_written(promote: Promote, tmp_path: Path) -> None:
    promote("run.json", "--baseline", "baseline.json")
    before = (tmp_path / "baseline.json").read_bytes()
    done = promote("run.json", "--baseline", "baseline.json", "--tighten", reason=None)
    assert (done.code, done.out.splitlines()[-1]) == (0, "nothing to tighten: baseline.json stays as it is")
    assert (tmp_path / "baseline.json").read_bytes() == before


def test_tightening_goes_by_the_thresholds_of_the_project(promote: Promote, tmp_path: Path) -> None:
    write_results_file(results(level("a", 100, 100, 100)), tmp_path / "first.json")
    write_results_file(results(level("a", 80, 80, 80)), tmp_path / "next.json")
    promote("first.json", "--baseline", "baseline.json")
    (tmp_path / "pyproject.toml").write_text('[tool.membench.gate]\nabsolute = "30 MiB"\n')
    done = promote("next.json", "--baseline", "baseline.json", "--tighten", reason=None)
    assert "no fall by more than 30.00 MiB" in done.out
