"""A base is checked out beside the project, and nothing of it stays, in the folder or in the repository."""

import shutil
import sys
from pathlib import Path

import pytest
from git_repositories import checkouts, commit, git, repository

from membench.harness.errors import MeasurementError, UsageError
from membench.harness.gate.checkout import (
    Commit,
    check_out,
    find_commit,
    find_merge_base,
    forget,
    forget_killed,
    install,
    read_at,
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "a project")


def test_a_ref_stands_for_a_commit_of_the_repository_around_a_folder(project: Path) -> None:
    (project / "inner" / "most").mkdir(parents=True)
    found = find_commit(project / "inner" / "most", "HEAD")
    assert found == Commit(ref="HEAD", hash=git(project, "rev-parse", "HEAD"), repository=project, inside="inner/most")
    assert found.hash.startswith(found.short)
    assert find_commit(project, "main").inside == "."


def test_a_checkout_has_the_commits_files_and_the_project_keeps_its_own(project: Path, tmp_path: Path) -> None:
    commit(project, a="two\n")
    (project / "a").write_text("not committed\n")
    (project / "new").write_text("untracked\n")
    base = tmp_path / "scratch of it" / "base"
    base.parent.mkdir()
    check_out(find_commit(project, "HEAD~1"), base)
    assert (base / "a").read_text() == "one\n"
    assert not (base / "new").exists()
    assert (project / "a").read_text() == "not committed\n"
    forget(base)
    assert not base.exists()
    assert checkouts(project) == [str(project)]
    assert git(project, "status", "--porcelain").split() == ["M", "a", "??", "new"]


def test_the_projects_hooks_are_not_run(project: Path, tmp_path: Path) -> None:
    hook = project / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch '{tmp_path}/hooked'\n")
    hook.chmod(0o755)
    check_out(find_commit(project, "HEAD"), tmp_path / "base")
    assert not (tmp_path / "hooked").exists()


def test_a_hook_of_git_may_check_out_a_base(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(project, a="two\n")
    (project / "a").write_text("staged\n")
    git(project, "add", "a")
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    monkeypatch.setenv("GIT_PREFIX", "")
    monkeypatch.chdir(project)
    check_out(find_commit(project, "HEAD~1"), tmp_path / "base")
    assert (tmp_path / "base" / "a").read_text() == "one\n"
    monkeypatch.undo()
    assert git(project, "diff", "--cached", "--name-only") == "a"


def test_a_project_with_submodules_is_checked_out_and_forgotten(project: Path, tmp_path: Path) -> None:
    part = repository(tmp_path / "part")
    git(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(part), "part")
    commit(project)
    base = tmp_path / "base"
    check_out(find_commit(project, "HEAD"), base)
    git(base, "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init")
    assert (base / "part" / "a").read_text() == "one\n"
    forget(base)
    assert checkouts(project) == [str(project)]


def test_a_checkout_is_forgotten_in_its_own_repository_whoever_asks(project: Path, tmp_path: Path) -> None:
    """The run after one that was killed may be in another project."""
    base = tmp_path / "base"
    check_out(find_commit(project, "HEAD"), base)
    forget(base)
    assert checkouts(project) == [str(project)]
    forget(base)  # and there is nothing to forget a second time


def test_a_checkout_that_was_never_finished_is_forgotten(project: Path, tmp_path: Path) -> None:
    """What git leaves where it is killed in the middle: a folder, and a lock that says that it is being made."""
    base = tmp_path / "base"
    check_out(find_commit(project, "HEAD"), base)
    (project / ".git" / "worktrees" / "base" / "locked").write_text("initializing\n")
    (base / "a").unlink()
    forget(base)
    assert not base.exists()
    assert checkouts(project) == [str(project)]


def test_what_is_known_of_checkouts_that_were_swept_away_is_removed_and_other_peoples_stay(
    project: Path, tmp_path: Path
) -> None:
    for name in ("ours-1", "theirs"):
        (tmp_path / name).mkdir()
        check_out(find_commit(project, "HEAD"), tmp_path / name / "base")
        shutil.rmtree(tmp_path / name)
    (tmp_path / "ours-2").mkdir()
    check_out(find_commit(project, "HEAD"), tmp_path / "ours-2" / "base")
    forget_killed(project, "ours-")
    left = {str(project), str(tmp_path / "theirs" / "base"), str(tmp_path / "ours-2" / "base")}
    assert set(checkouts(project)) == left


@pytest.mark.parametrize("ref", ["no-such-branch", "", "--all", "HEAD~99", "HEAD:a", "a b\nc", "-h"])
def test_a_ref_that_is_no_commit_is_an_error_of_one_line(project: Path, ref: str) -> None:
    with pytest.raises(UsageError, match="No commit ") as caught:
        find_commit(project, ref)
    assert "\n" not in str(caught.value)
    assert str(project) in str(caught.value)


def test_in_a_shallow_clone_the_error_says_how_to_deepen_it(project: Path, tmp_path: Path) -> None:
    commit(project, a="two\n")
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{project}", str(tmp_path / "clone"))
    with pytest.raises(UsageError, match="git fetch --unshallow"):
        find_commit(tmp_path / "clone", "HEAD~1")


def test_outside_a_repository_the_error_names_the_folder_and_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError, match=r"not a git repository.*--baseline FILE") as caught:
        find_commit(tmp_path, "HEAD")
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_git_the_error_says_so(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(UsageError, match=r"Cannot run git: No such file or directory\. Put it on PATH"):
        find_commit(project, "HEAD")


def test_without_git_a_checkout_is_removed_all_the_same(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_out(find_commit(project, "HEAD"), tmp_path / "base")
    monkeypatch.setenv("PATH", str(project))
    forget(tmp_path / "base")
    assert not (tmp_path / "base").exists()


def test_a_place_that_cannot_take_a_checkout_is_an_error_with_gits_own_words(project: Path, tmp_path: Path) -> None:
    (tmp_path / "base").write_text("in the way")
    with pytest.raises(MeasurementError, match="could not check out"):
        check_out(find_commit(project, "HEAD"), tmp_path / "base")


def test_a_project_is_installed_in_its_checkout_by_its_own_command(tmp_path: Path) -> None:
    install([sys.executable, "-c", "open('installed', 'w').close()"], tmp_path)
    assert (tmp_path / "installed").exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["no-such-program"], "Could not start 'no-such-program'"),
        ([sys.executable, "-c", "import sys; sys.exit('no compiler')"], "ended with status 1: no compiler"),
        ([sys.executable, "-c", "import sys; sys.stderr.buffer.write(b'\\xff\\n'); sys.exit(7)"], "status 7: \ufffd"),
        ([sys.executable, "-c", "import sys; sys.exit(1)"], "it said nothing"),
    ],
)
def test_an_installation_that_fails_is_an_error_and_no_base_that_is_new(
    tmp_path: Path, command: list[str], said: str
) -> None:
    with pytest.raises(MeasurementError) as caught:
        install(command, tmp_path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_project_that_is_itself_a_submodule_or_a_checkout_leaves_nothing_behind(
    project: Path, tmp_path: Path
) -> None:
    whole = repository(tmp_path / "whole")
    git(whole, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(project), "part")
    git(project, "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    for inside in (whole / "part", tmp_path / "linked"):
        before = checkouts(inside)
        check_out(find_commit(inside, "HEAD"), tmp_path / "base")
        assert (tmp_path / "base" / "a").read_text() == "one\n"
        forget(tmp_path / "base")
        assert checkouts(inside) == before


def test_a_branch_behind_is_compared_with_where_it_left_and_told_how_far_both_are(project: Path) -> None:
    left = git(project, "rev-parse", "HEAD").strip()
    git(project, "switch", "-q", "-c", "feature")
    commit(project, a="of the branch\n")
    git(project, "switch", "-q", "main")
    commit(project, b="one\n")
    commit(project, b="two\n")
    git(project, "switch", "-q", "feature")
    base, (said,) = find_merge_base(find_commit(project, "main"))
    assert base.hash == left
    assert base.label == f"the merge base of main and HEAD ({left[:12]})"
    assert said.startswith(f"HEAD is 1 commit ahead of its merge base with main, {left[:12]},")
    assert "main is 2 commits ahead of that" in said
    assert "--no-merge-base" in said


def test_an_ancestor_is_its_own_merge_base_and_nothing_is_said(project: Path) -> None:
    commit(project, a="two\n")
    for ref in ("HEAD", "HEAD~1"):
        found = find_commit(project, ref)
        assert find_merge_base(found) == (found, [])


def test_without_a_common_ancestor_the_ref_itself_is_compared_with_and_it_is_said(project: Path) -> None:
    git(project, "switch", "-q", "--orphan", "other")
    commit(project, c="alone\n")
    found = find_commit(project, "main")
    base, (said,) = find_merge_base(found)
    assert base == found
    assert "no common ancestor" in said


def test_a_file_is_read_as_a_commit_has_it(project: Path) -> None:
    commit(project, a="two\n")
    assert (read_at(find_commit(project, "HEAD~1"), "a"), read_at(find_commit(project, "HEAD"), "a")) == (
        "one\n",
        "two\n",
    )
    assert read_at(find_commit(project, "HEAD"), "none.toml") == ""
