import subprocess
from pathlib import Path

import pytest

from harness.revision import current_revision


def test_a_work_tree_is_called_by_its_commit_and_says_when_it_was_changed(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "-qm", "first")
    commit = git("rev-parse", "--short=12", "HEAD")
    assert current_revision(tmp_path) == commit
    (tmp_path / "file").write_text("2")
    assert current_revision(tmp_path) == f"{commit}-dirty"


def test_outside_of_a_work_tree_or_without_git_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert current_revision(tmp_path) == ""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert current_revision(tmp_path) == ""
