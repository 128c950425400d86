"""Runs stand in the order of the commits that they are of, whenever they were measured."""

from pathlib import Path

import pytest
from git_repositories import commit, git, repository
from sample_results import sample
from stored_runs import MIB, store

from membench.harness.errors import UsageError
from membench.harness.history.latest import latest_results
from membench.harness.history.reading import read_history


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "project")


def test_what_is_measured_later_for_an_older_commit_stands_at_that_commit(project: Path) -> None:
    hashes = [git(project, "rev-parse", "HEAD"), *(commit(project, f"number {number}") for number in range(7))]
    for day, number in enumerate([0, 7, 4, 6, 1, 3, 2, 5], start=1):  # newest first, then backfilled
        peak = (60 if number < 6 else 62) * MIB
        store(project / "runs" / str(number), day, sample(peaks=(peak, peak)), revision=hashes[number][:12])
    history = read_history(project / "runs")
    assert history.by_commit
    assert [run.commit for run in history.runs] == hashes
    assert [run.subject for run in history.runs[1:]] == [f"number {number}" for number in range(7)]
    (change,) = history.series[0].changes
    assert (change.run, change.before_bytes, change.after_bytes) == (6, 60 * MIB, 62 * MIB)


def test_a_branch_is_no_part_of_the_main_line_and_has_an_order_of_its_own(project: Path) -> None:
    main = commit(project, "on main")
    git(project, "switch", "--quiet", "--create", "topic")
    topic = commit(project, "on the branch")
    for day, revision in enumerate([main, topic], start=1):
        store(project / "runs" / str(day), day, sample(peaks=(day * MIB,)), revision=revision[:12])
    git(project, "switch", "--quiet", "main")
    history = read_history(project / "runs")
    assert [run.commit for run in history.runs] == [main]
    assert history.warnings == ("1 runs on other branches are left out: topic",)
    assert [run.commit for run in read_history(project / "runs", branch="topic").runs] == [main, topic]
    assert latest_results(project / "runs", "main").samples[0].peak_bytes == (1 * MIB,)
    assert latest_results(project / "runs", "topic").samples[0].peak_bytes == (2 * MIB,)


def test_a_run_of_no_known_commit_stands_by_its_date(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    for day in (1, 3):
        stamp = f"2026-01-{day:02d}T00:00:00+00:00"
        git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "a day", GIT_COMMITTER_DATE=stamp)
        store(tmp_path / "runs" / str(day), day, revision=git(tmp_path, "rev-parse", "HEAD")[:12])
    store(tmp_path / "runs" / "by its date", 2)
    store(tmp_path / "runs" / "elsewhere", 4, revision="0123456789ab")
    assert [run.created[8:10] for run in read_history(tmp_path / "runs").runs] == ["01", "02", "03", "04"]


def test_a_branch_that_is_not_there_is_an_error(project: Path) -> None:
    store(project / "runs" / "a", 1, sample())
    with pytest.raises(UsageError, match="No branch or commit 'nosuch'"):
        read_history(project / "runs", branch="nosuch")
