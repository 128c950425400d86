"""`membench attribute` on a project's own workload, whose parameters are on or off."""

import json
import subprocess
from pathlib import Path

import pytest
from command_line import membench

PYPROJECT = """
[tool.membench.workloads.job]
call = "job:run"
params = { stream = [false, true], minimal = [false, true], rows = [10, 4000] }
[tool.membench.workloads.constant]
call = "job:run"
params = { stream = [true], minimal = [false], rows = [10] }
"""
JOB = """
def run(stream, minimal, rows):
    kept = []
    for number in range(rows):
        row = str(number) if minimal else "x" * 1000 + str(number)
        if not stream:
            kept.append(row)
    return len(kept)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "job.py").write_text(JOB)
    return tmp_path


def attribute(project: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return membench("attribute", *args, cwd=project, PYTHONPATH=str(Path(__file__).parents[3] / "src"))


@pytest.mark.slow
def test_its_parameters_that_are_on_or_off_are_the_switches(project: Path) -> None:
    done = attribute(project, "--set", "rows=4000", "--format", "json", "--out", str(project / "out"))
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert [fix["fix"] for fix in document["fixes"]] == ["stream", "minimal"]
    assert document["trials"] == 4
    assert sum(fix["shapley_bytes"] for fix in document["fixes"]) == document["baseline_bytes"] - document["all_bytes"]
    (pair,) = document["interactions"]
    assert pair["bytes"] < 0
    assert (project / "out" / "charts" / "interactions-job.png").exists()


def test_a_switch_that_is_set_is_none(project: Path) -> None:
    done = attribute(project, "--set", "rows=10", "--set", "stream=true", "--format", "json")
    assert [fix["fix"] for fix in json.loads(done.stdout)["fixes"]] == ["minimal"]


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ((), "--set rows=VALUE with one of: 10, 4000"),
        (("--set", "rows=11"), "Known: 10, 4000"),
        (("--set", "columns=1"), "Known: minimal, rows, stream"),
        (("--set", "rows"), "--set takes NAME=VALUE"),
        (("--scenario", "constant"), "nothing to switch"),
        (("--scenario", "nosuch"), "Known: constant, job"),
        (("--set", "rows=10", "--set", "stream=true", "--set", "minimal=true"), "with parameters that are"),
        (("--suite", "league", "--set", "rows=10"), "--set is for parameters of a project's own workload"),
    ],
)
def test_wrong_use_says_what_there_is(project: Path, args: tuple[str, ...], text: str) -> None:
    done = attribute(project, *args)
    assert done.returncode == 2
    assert text in done.stderr
    assert done.stderr.count("\n") <= 2
