"""The verbs that keep stored runs: index, prune, and the gate against the newest of them."""

import json
from pathlib import Path

import pytest
from command_line import membench
from sample_results import sample
from stored_runs import MIB, peaks, store


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    peaks(tmp_path / "runs", *[60 * MIB] * 6, *[62 * MIB] * 4)
    return tmp_path / "runs"


def test_index_says_what_it_did(runs: Path) -> None:
    (runs / "broken.json").write_text("{")
    done = membench("index", "runs", cwd=runs.parent)
    assert (done.returncode, done.stdout) == (
        0,
        "runs/membench-index.sqlite: 10 runs, 10 added, 0 removed, 1 new changes of level found.\n",
    )
    assert "left out" in done.stderr
    again = json.loads(membench("index", "runs", "--format", "json", cwd=runs.parent).stdout)
    assert (again["runs"], again["read"], again["added"], again["changes"]) == (10, 0, 0, 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nosuch",), "is no folder"),
        (("runs", "--database", "postgresql://localhost:1/none"), "Cannot reach the index at localhost:1/none"),
        (("runs", "--branch", "nosuch"), ""),
    ],
)
def test_index_that_cannot_be_made_is_one_error(runs: Path, arguments: tuple[str, ...], said: str) -> None:
    done = membench("index", *arguments, cwd=runs.parent)
    assert said in done.stderr
    assert done.stderr.count("\n") <= 2
    assert done.returncode == (2 if said else 0)  # outside of a repository there are no branches


def test_prune_deletes_what_no_rule_keeps_and_never_what_a_change_is_told_by(runs: Path) -> None:
    (runs / "run-03" / "notes.txt").write_text("mine")
    arguments = ("prune", "runs", "--keep-last", "2")
    planned = membench(*arguments, "--dry-run", cwd=runs.parent)
    assert planned.stdout.splitlines()[-1] == "5 of 10 runs would go, 5 stay."
    assert len(list(runs.glob("*/results.json"))) == 10
    done = membench(*arguments, "--format", "json", cwd=runs.parent)
    assert json.loads(done.stdout)["kept"] == 5
    left = sorted(path.parent.name for path in runs.glob("*/results.json"))
    assert left == ["run-01", "run-06", "run-07", "run-09", "run-10"]
    assert [path.name for path in (runs / "run-03").iterdir()] == ["notes.txt"]
    assert not (runs / "run-02").exists()


def test_prune_without_a_rule_deletes_nothing(runs: Path) -> None:
    done = membench("prune", "runs", cwd=runs.parent)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--keep-last N" in done.stderr
    assert len(list(runs.glob("*/results.json"))) == 10


def test_the_gate_compares_with_the_newest_run_of_a_branch(runs: Path) -> None:
    head = store(runs.parent / "head", 20, sample(peaks=(70 * MIB,) * 4))
    done = membench("gate", str(head), "--baseline", "latest:", cwd=runs.parent)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    done = membench("gate", str(head), "--baseline", "latest:main", "--format", "json", cwd=runs.parent)
    assert done.returncode == 1
    assert json.loads(done.stdout)["rows"][0]["base_bytes"] == 62 * MIB


def test_the_gate_takes_no_run_of_another_class_of_machines(runs: Path) -> None:
    head = store(runs.parent / "head", 20, sample(peaks=(70 * MIB,) * 4), libc="musl 1.2")
    done = membench("gate", str(head), "--baseline", "latest:main", cwd=runs.parent)
    assert done.returncode == 2
    assert "comes from a machine of this class" in done.stderr


@pytest.mark.parametrize(("name", "code"), [("ci-large", 1), ("", 2)])
def test_within_a_named_class_a_new_kernel_is_shown_and_not_refused(tmp_path: Path, name: str, code: int) -> None:
    base = store(tmp_path / "base", 1, sample(peaks=(60 * MIB,) * 4), machine_class=name)
    head = store(tmp_path / "head", 2, sample(peaks=(70 * MIB,) * 4), machine_class=name, kernel="6.1.2")
    done = membench("gate", str(head), "--baseline", str(base))
    assert done.returncode == code
    assert "kernel 6.1 and 6.1.2" in done.stdout + done.stderr
