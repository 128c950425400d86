"""A commit of the project, checked out into a folder of its own."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import MeasurementError, UsageError

LAST_LINES = 5
# Neither the user's hooks nor a password prompt belong into a measurement.
_QUIET = ["-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit that a ref stood for."""

    ref: str
    hash: str
    repository: Path  # its top folder
    inside: str  # the project's folder relative to that; "." for the top itself

    @property
    def short(self) -> str:
        """Name it as people do."""
        return self.hash[:12]


def find_commit(folder: Path, ref: str) -> Commit:
    """Find the commit that a ref stands for in the repository around a folder.

    Raises:
        UsageError: there is no repository, no git, or no such commit.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top is None:
        raise UsageError(f"{folder} is in no git repository: there is no base to check out. Use --baseline FILE.")
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if commit is None:
        raise UsageError(f"No commit {ref!r} in {top}. In a shallow clone, fetch it first: git fetch origin {ref!r}.")
    repository = Path(top.rstrip("\n"))
    inside = os.path.relpath(folder.resolve(), repository.resolve())
    return Commit(ref=ref, hash=commit.strip(), repository=repository, inside=inside)


def check_out(commit: Commit, folder: Path) -> None:
    """Check a commit out into a folder that is not there yet.

    Raises:
        MeasurementError: git could not.
    """
    done = _run(commit.repository, "worktree", "add", "--quiet", "--force", "--detach", str(folder), commit.hash)
    if done.returncode != 0:
        raise MeasurementError(f"git could not check out {commit.short}: {_end(done.stderr)}.")


def forget(repository: Path, folder: Path) -> None:
    """Remove a checkout, and what git keeps about those that are gone."""
    _run(repository, "worktree", "remove", "--force", "--force", str(folder))
    _run(repository, "worktree", "prune")


def install(command: Sequence[str], folder: Path) -> None:
    """Run the command by which a project is installed, in a checkout of it.

    Raises:
        MeasurementError: it failed; a base that could not be installed must not pass for one that is new.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the project's own command
            list(command), cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise MeasurementError(f"Could not start {command[0]!r} to install {folder.name}: {error.strerror}.") from error
    if done.returncode != 0:
        raise MeasurementError(
            f"Installing {folder.name} with {' '.join(command)!r} ended with status {done.returncode}: "
            f"{_end(done.stderr or done.stdout)}."
        )


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = _run(folder, *arguments)
    except OSError:
        return None
    return done.stdout.rstrip("\n") if done.returncode == 0 else None


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - git, with a ref that it takes for nothing else
        ["git", *_QUIET, "-C", str(folder), *arguments],  # noqa: S607 - the user's git is the one to use
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )


def _end(text: str) -> str:
    return " / ".join(text.strip().splitlines()[-LAST_LINES:]) or "it said nothing"
