"""Backfill measures commits of a real repository."""

import json
from pathlib import Path

import pytest
from command_line import membench
from git_repositories import commit, git

PYPROJECT = """
[tool.membench.workloads.job]
call = "job:run"
"""
JOB = """
def run():
    held = bytearray({size} << 20)
    return {number} * len(held) and None
"""
ANY_COMMIT = ("--repeats", "2")


def project(folder: Path, sizes: list[int]) -> list[str]:
    """Make a project of which each commit holds so many MiB."""
    folder.mkdir()
    git(folder, "init", "--quiet")
    fixed = {"pyproject.toml": PYPROJECT, ".gitignore": "runs\n"}
    return [
        commit(folder, f"number {number}", **fixed, **{"job.py": JOB.format(size=size, number=number)})
        for number, size in enumerate(sizes)
    ]


def test_changes_are_pinned_to_their_commits_and_nothing_is_measured_twice(tmp_path: Path) -> None:
    hashes = project(tmp_path / "p", [8] * 5 + [16] * 4)
    arguments = ("backfill", "HEAD", "--every", "4", "--out", "runs", "--format", "json", *ANY_COMMIT)
    done = membench(*arguments, cwd=tmp_path / "p")
    found = json.loads(done.stdout)
    assert [change["commit"] for change in found["changes"]] == [hashes[5]]
    assert found["complete"]
    assert len(found["measured"]) <= 6
    again = json.loads(membench(*arguments, cwd=tmp_path / "p").stdout)
    assert (again["measured"], again["known"]) == ([], len(found["measured"]))
    assert git(tmp_path / "p", "worktree", "list").count("\n") == 0


@pytest.mark.slow
def test_two_changes_in_64_commits_take_at_most_20_measurements(tmp_path: Path) -> None:
    hashes = project(tmp_path / "p", [8] * 13 + [16] * 28 + [12] * 23)
    done = membench("backfill", "HEAD", "--out", "runs", "--format", "json", *ANY_COMMIT, cwd=tmp_path / "p")
    found = json.loads(done.stdout)
    assert (found["commits"], len(found["measured"])) == (64, 15)
    assert [change["commit"] for change in found["changes"]] == [hashes[13], hashes[41]]


@pytest.mark.parametrize("commits", ["nosuch..HEAD", "HEAD..HEAD", "--all"])
def test_a_range_without_commits_is_one_error(tmp_path: Path, commits: str) -> None:
    project(tmp_path / "p", [1])
    done = membench("backfill", "--out", "runs", "--", commits, cwd=tmp_path / "p")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
