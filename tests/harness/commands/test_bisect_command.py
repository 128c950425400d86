"""Bisection as a project meets it: a real repository of 200 commits, real trials of each that is measured."""

import json
import subprocess
from pathlib import Path

import pytest
from command_line import membench
from git_repositories import checkouts, commit, git, repository

from membench.harness.bisection.line import commits_between
from membench.harness.errors import UsageError

SETTINGS = '[tool.membench.workloads.jobs]\ncall = "jobs:work"\n'
HOOK = """
import importlib.util
import sys


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "jobs":
            return importlib.util.spec_from_file_location(name, "{folder}/jobs.py")


sys.meta_path.insert(0, Finder)
"""
COUNT = 200
RISE = 77


def module(number: int, broken: int) -> str:
    if number == broken:
        return "this is no Python\n"
    more = "    kept.append(bytes(64 * 1024))\n" if number >= RISE else ""
    return f"VERSION = {number}\n\n\ndef work():\n    kept = [bytes(2**20)]\n{more}    return len(kept) and 1\n"


def history(folder: Path, broken: int) -> Path:
    """Make 200 commits of which one brings 64 KiB, and one is no Python."""
    folder.mkdir()
    git(folder, "init", "--quiet")
    stream = "".join(
        f"commit refs/heads/main\ncommitter n <n@example.org> {1_700_000_000 + number} +0000\n"
        f"data {len(f'change {number}')}\nchange {number}\n"
        + "".join(
            f"M 100644 inline {name}\ndata {len(text)}\n{text}\n"
            for name, text in (("jobs.py", module(number, broken)), ("pyproject.toml", SETTINGS))
        )
        for number in range(COUNT)
    )
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input=stream, text=True, check=True)
    git(folder, "reset", "--quiet", "--hard", "main")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(("broken", "found"), [(RISE + 2, [77]), (RISE - 1, [76, 77])], ids=["found", "one of two"])
def test_a_rise_of_64_kib_among_200_commits_is_found_in_at_most_9(
    tmp_path: Path, broken: int, found: list[int]
) -> None:
    project = history(tmp_path / "project", broken)
    arguments = ("bisect", "HEAD~199", "HEAD", "--out", str(tmp_path / "out"), "--format", "json")
    done = membench(*arguments, cwd=project)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert [one["subject"] for one in document["candidates"]] == [f"change {number}" for number in found]
    assert (document["first_bad"] is not None) == (len(found) == 1)
    assert len(document["measured"]) <= 9
    assert 32 * 1024 <= document["shift_bytes"] <= 96 * 1024
    assert (document["causes"][0]["file"], document["causes"][0]["line"]) == ("jobs.py", 6)
    assert {one["subject"] for one in document["skipped"]} <= {f"change {broken}"}
    assert checkouts(project) == [str(project)]
    again = membench(*arguments, "--resume", cwd=project)
    assert json.loads(again.stdout) == document


def test_commits_are_those_of_first_parents_that_touch_the_paths(tmp_path: Path) -> None:
    folder = repository(tmp_path / "project")
    first = git(folder, "rev-parse", "HEAD")
    main = git(folder, "branch", "--show-current")
    commit(folder, "touches a", a="two\n")
    git(folder, "checkout", "--quiet", "-b", "side", first)
    commit(folder, "on the side", b="one\n")
    git(folder, "checkout", "--quiet", main)
    git(folder, "merge", "--quiet", "--no-ff", "--message", "merged", "side")
    commit(folder, "touches c", c="one\n")
    everything = commits_between(folder, first, "HEAD", [])
    assert [one.subject for one in everything] == ["the first", "touches a", "merged", "touches c"]
    assert [one.parents for one in everything] == [0, 1, 2, 1]
    some = commits_between(folder, first, "HEAD", ["b"])
    assert [one.subject for one in some] == ["the first", "merged", "touches c"]


def test_ends_that_are_none_are_one_clear_error(tmp_path: Path) -> None:
    folder = repository(tmp_path / "project")
    first = git(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "--quiet", "-b", "side")
    side = commit(folder, "on the side", b="one\n")
    git(folder, "checkout", "--quiet", "-b", "other", first)
    commit(folder, "elsewhere", b="two\n")
    with pytest.raises(UsageError, match=f"no ancestor of BAD.*membench bisect {first[:12]} HEAD"):
        commits_between(folder, side, "HEAD", [])
    with pytest.raises(UsageError, match="the same commit"):
        commits_between(folder, "HEAD", "HEAD", [])
    with pytest.raises(UsageError, match="No commit 'nosuch'"):
        commits_between(folder, "nosuch", "HEAD", [])


@pytest.mark.slow
def test_ends_that_would_run_the_same_installed_code_are_an_error_that_says_what_to_set(tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(HOOK.format(folder=str(tmp_path / "project")))
    folder = repository(tmp_path / "project")
    settings = f'{SETTINGS}environment = {{ PYTHONPATH = "{hooks}" }}\n'
    commit(folder, **{"jobs.py": module(1, 0), "pyproject.toml": settings})
    commit(folder, **{"jobs.py": module(RISE, 0)})
    done = membench("bisect", "HEAD~1", cwd=folder)
    assert done.returncode == 2
    assert f"jobs/default: the base takes jobs from {folder}/jobs.py and not from its checkout" in done.stderr
    assert "set install and python in [tool.membench.gate]" in done.stderr
    assert checkouts(folder) == [str(folder)]
