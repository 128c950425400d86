"""Says which code a run was of: the commit, and what was changed since."""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

from membench.harness.runs.git import run_git

_DESCRIBE = ("describe", "--always", "--dirty", "--exclude=*", "--abbrev=12")
_DIFFERENCE = ("diff", "HEAD", "--no-ext-diff", "--binary")
_UNTRACKED = ("ls-files", "--others", "--exclude-standard", "-z", "--", "*.py", "pyproject.toml")
_TIME_LIMIT_SECONDS = 10
_LARGEST_FILE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeState:
    """A commit and what the work tree holds beyond it; both "" outside of a work tree."""

    revision: str = ""  # the commit; `-dirty` is appended where a tracked file was changed since
    changes: str = ""  # a digest of what was changed since, untracked Python files included; "" where nothing was


def code_state(folder: Path) -> CodeState:
    """Describe the work tree that a folder is in."""
    revision = current_revision(folder)
    return CodeState(revision=revision, changes=_changes(folder)) if revision else CodeState()


def current_revision(folder: Path) -> str:
    """Name the commit of the work tree that a folder is in, `-dirty` where it was changed since; "" outside of one."""
    return (_git(folder, *_DESCRIBE) or "").strip()


def _changes(folder: Path) -> str:
    difference = _git(folder, *_DIFFERENCE) or ""
    names = sorted(filter(None, (_git(folder, *_UNTRACKED) or "").split("\0")))
    if not difference and not names:
        return ""
    digest = hashlib.sha256(difference.encode(errors="surrogateescape"))
    for name in names:
        digest.update(f"\0{name}\0".encode(errors="surrogateescape"))
        digest.update(_content(folder / name))
    return digest.hexdigest()[:16]


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_FILE_BYTES)
    except OSError:
        return b""


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = run_git(folder, *arguments, time_limit_seconds=_TIME_LIMIT_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None
