"""`membench explain` on a project of somebody's own with two commits, and what it says of wrong use."""

import json
from pathlib import Path

import pytest
from command_line import membench
from git_repositories import checkouts, commit, repository

_PYPROJECT = """
[tool.membench.workloads.orders]
call = "shop.jobs:run"
[tool.membench.workloads.count]
command = ["true"]
"""
_JOBS = """
import subprocess, sys
KEPT = []

def first(size):
    return bytes(size)

def second(size):
    return bytes(size)

def run():
    KEPT.append((first(100_000), second(SIZE)))
    subprocess.run([sys.executable, "-c", "kept = [bytes(300_000) for _ in range(10)]"], check=True)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "project")
    files = {"pyproject.toml": _PYPROJECT, "shop/__init__.py": "", "shop/jobs.py": _JOBS.replace("SIZE", "100_000")}
    commit(folder, "the shop", **files)
    head = _JOBS.replace("SIZE", "100_000 + 65_536")
    commit(folder, "keeps more", **{"shop/jobs.py": "\n" * 200 + head})
    return folder


@pytest.mark.slow
def test_a_commit_that_keeps_64_kib_more_is_explained_by_its_path_and_its_holder(project: Path) -> None:
    done = membench("explain", "orders", "HEAD~1", ".", "--format", "json", "--out", "../why", cwd=project)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    (path,) = found["paths"]
    assert path["shift_bytes"] == 65_536
    assert [frame["function"] for frame in path["frames"]] == ["run", "second"]
    assert path["frames"][0]["file"] == "shop/jobs.py"
    assert found["base"]["processes"] == found["head"]["processes"] == 2
    assert found["head"]["picture_bytes"] > 3_200_000
    (holder,) = found["holders"]
    assert (holder["kind"], holder["owner"], holder["name"]) == ("global", "shop.jobs", "KEPT")
    assert holder["shift_bytes"] == 65_536
    out = project.parent / "why"
    assert {"explanation.html", "explanation.json", "speedscope.json", "both.folded"} <= {p.name for p in out.iterdir()}
    assert json.loads((out / "explanation.json").read_text()) == found
    assert checkouts(project) == [str(project)]

    captures = [str(out / "captures" / side) for side in ("base", "head")]
    again = membench("explain", *captures, "--format", "json", cwd=project)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["paths"][0]["shift_bytes"] == 65_536


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (["orders"], "takes BASE and HEAD"),
        (["orders", "nowhere", "."], "No commit 'nowhere'"),
        (["unknown", "HEAD~1", "."], "unknown"),
        (["count", "HEAD~1", "."], "is a command"),
        (["HEAD~1", "."], "about one workload, and 2 fit"),
    ],
)
def test_wrong_use_is_one_clear_error(project: Path, text: list[str], said: str) -> None:
    done = membench("explain", *text, cwd=project)
    assert said in done.stderr
    assert done.stderr.startswith("membench: ")
    assert (done.returncode, done.stdout, done.stderr.count("\n") <= 2) == (2, "", True)
