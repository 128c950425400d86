from pathlib import Path

import pytest
from git_repositories import commit, repository

from membench.harness.runs.code_state import code_state, current_revision


def test_a_work_tree_is_called_by_its_commit_and_says_when_it_was_changed(tmp_path: Path) -> None:
    folder = repository(tmp_path / "project")
    named = commit(folder, file="1")[:12]
    assert current_revision(folder) == named
    (folder / "file").write_text("2")
    assert current_revision(folder) == f"{named}-dirty"


def test_every_edit_gives_another_state(tmp_path: Path) -> None:
    folder = repository(tmp_path / "project")
    commit(folder, file="1")
    states = [code_state(folder)]
    for name, text in (("file", "2"), ("file", "3"), ("new.py", "x = 1"), ("new.py", "x = 2")):
        (folder / name).write_text(text)
        states.append(code_state(folder))
    assert states[0].changes == ""
    assert len({state.changes for state in states}) == 5
    (folder / "output.json").touch()
    assert code_state(folder) == states[-1]


def test_in_a_hook_it_is_the_folder_that_is_called_by_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository(tmp_path / "project")
    named = commit(folder, **{"shop/jobs": "1"})[:12]
    monkeypatch.setenv("GIT_DIR", str(repository(tmp_path / "other") / ".git"))
    assert current_revision(folder / "shop") == named


def test_outside_of_a_work_tree_or_without_git_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert current_revision(tmp_path) == ""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert current_revision(tmp_path) == ""
