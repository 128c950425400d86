"""`membench run` and its like on a project of somebody's own, whose packages have the names of ours."""

import json
from pathlib import Path

import pytest
from command_line import membench

PYPROJECT = """
[tool.membench.workloads.import-orders]
call = "pipelines.jobs:run"
params = { orders = [1_000_000, 50_000_000] }
budget = "40 MiB"
tags = ["nightly"]

[tool.membench.workloads.count]
command = ["python3", "-c", "held = b'x' * {bytes}"]
params = { bytes = [60_000_000] }
"""

JOBS = """
import reports.table
import scenarios.kinds
import harness.own

def run(orders):
    assert reports.table.OURS == scenarios.kinds.OURS == harness.own.OURS == "the shop's"
    return b"x" * orders
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with four packages of its own that are called as ours are; one has no `__init__.py`."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    for package, module, text in (
        ("pipelines", "jobs", JOBS),
        ("reports", "table", 'OURS = "the shop\'s"'),
        ("scenarios", "kinds", 'OURS = "the shop\'s"'),
        ("src/harness", "own", 'OURS = "the shop\'s"'),
    ):
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / f"{module}.py").write_text(text)
        if package != "scenarios":
            (tmp_path / package / "__init__.py").touch()
    return tmp_path


@pytest.mark.slow
def test_its_packages_are_measured_and_ours_report(project: Path) -> None:
    done = membench("run", "--repeats", "1", "--out", "out", cwd=project, PYTHONPATH=".")
    assert done.stderr == ""
    assert done.returncode == 1, "one is over its budget"
    assert "over its budget of 40.00 MiB by " in done.stdout
    samples = json.loads((project / "out" / "results.json").read_text())["samples"]
    assert [(sample["scenario"], sample["variant"], sample["outcomes"]) for sample in samples] == [
        ("import-orders", "orders=1000000", ["ok"]),
        ("import-orders", "orders=50000000", ["ok"]),
        ("count", "bytes=60000000", ["ok"]),
    ]
    light, heavy, command = (sample["median_bytes"] for sample in samples)
    assert light + 48_000_000 < heavy < light + 50_000_000
    assert 60_000_000 < command < 90_000_000

    shown = membench("report", "out/results.json", "--format", "markdown", cwd=project, PYTHONPATH=".")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "orders=50000000" in shown.stdout
    assert "over its budget" in shown.stdout


def test_words_and_tags_select_and_budgets_that_are_kept_are_no_failure(project: Path) -> None:
    done = membench("run", "--repeats", "1", "--tag", "nightly", "-k", "not =5", "--format", "json", cwd=project)
    assert done.returncode == 0, done.stderr
    assert [sample["variant"] for sample in json.loads(done.stdout)["samples"]] == ["orders=1000000"]


def test_list_shows_its_workloads(project: Path) -> None:
    found = json.loads(membench("list", "workloads", "--format", "json", cwd=project).stdout)["workloads"]
    assert found["import-orders"] == (
        "pipelines.jobs:run; orders=1000000; orders=50000000; budget 40.00 MiB; tags nightly"
    )
    assert found["count"].startswith("python3 -c ")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("run", "-k", "nosuch"), "-k 'nosuch' selects none of 3 workloads. Tags: nightly."),
        (("run", "-k", "(orders"), "a parenthesis is left open"),
        (("run", "--scenario", "league"), "No workload named 'league'. Known: count, import-orders"),
        (("run", "--meter", "memray"), "memray looks into Python, and count is a command."),
        (("run", "--suite", "league", "--asv", "."), "Give one of them"),
        (("run", "--asv", "src"), "has no benchmarks named peakmem_"),
        (("scale",), "Give --suite league"),
        (("attribute",), "none has"),
        (("floor",), "Floors are found for one workload at a time. Give --scenario with one of import-orders, count"),
    ],
)
def test_wrong_use_ends_with_2_and_at_most_two_lines(project: Path, args: tuple[str, ...], said: str) -> None:
    done = membench(*args, cwd=project)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") <= 2
    assert done.stdout == ""


def test_an_unimportable_callable_ends_with_2_before_anything_is_measured(project: Path) -> None:
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace("jobs:run", "jobs:runn"))
    done = membench("run", "--out", "out", cwd=project)
    assert done.returncode == 2
    assert done.stderr == (
        "membench: pyproject.toml, [tool.membench.workloads.import-orders], call: 'pipelines.jobs:runn' cannot be "
        "called: module 'pipelines.jobs' has no 'runn', but run.\n"
    )
    assert not (project / "out" / "results.json").exists()
