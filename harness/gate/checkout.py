"""A commit of the project, checked out into a folder of its own."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from membench.harness.errors import MeasurementError, UsageError
from membench.harness.runs.git import run_git

LAST_LINES = 5
_GITDIR = "gitdir: "  # what the file .git of a checkout begins with
_WORKTREE = "worktree "


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

    @property
    def label(self) -> str:
        """Name it as it was asked for, and as what that was."""
        return f"{self.ref} ({self.short})"


def find_commit(folder: Path, ref: str) -> Commit:
    """Find the commit that a ref stands for in the repository around a folder.

    Raises:
        UsageError: there is no repository, no git, or no such commit.
    """
    top = _run(folder, "rev-parse", "--show-toplevel")
    if top.returncode != 0:
        raise UsageError(
            f"No base can be checked out from {folder}: {_end(top.stderr)}. Run it in a git repository, or use "
            "--baseline FILE."
        )
    repository = Path(_line(top.stdout))
    commit = _run(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if commit.returncode != 0:
        raise UsageError(f"No commit {ref!r} in {repository}. {_advice(folder)}")
    inside = os.path.relpath(folder.resolve(), repository.resolve())
    return Commit(ref=ref, hash=_line(commit.stdout), repository=repository, inside=inside)


def find_merge_base(commit: Commit) -> tuple[Commit, list[str]]:
    """Find where the checked-out branch left a commit's, and say how far both are from there.

    What came to the commit's branch since is not the change's: it would be charged with what others improved.

    Returns:
        The commit to compare with, which is the one given where there is no common ancestor or none is needed.
    """
    found = _run(commit.repository, "merge-base", commit.hash, "HEAD")
    shared = _line(found.stdout)
    if found.returncode != 0:
        message = (
            f"{commit.ref} and HEAD have no common ancestor here, so {commit.ref} itself is compared with. "
            "If this clone is shallow, fetch the whole history (fetch-depth: 0)."
        )
        return commit, [message]
    if shared == commit.hash:
        return commit, []
    behind, ahead = (_count(commit.repository, f"{shared}..{tip}") for tip in (commit.hash, "HEAD"))
    base = replace(commit, ref=f"the merge base of {commit.ref} and HEAD", hash=shared)
    message = (
        f"HEAD is {ahead} ahead of its merge base with {commit.ref}, {base.short}, which is what it is compared with; "
        f"{commit.ref} is {behind} ahead of that. Give --no-merge-base to compare with {commit.ref} itself."
    )
    return base, [message]


def _count(repository: Path, span: str) -> str:
    count = _line(_run(repository, "rev-list", "--count", span).stdout)
    return f"{count} commit" if count == "1" else f"{count} commits"


def read_at(commit: Commit, name: str) -> str:
    """Read a file of the project as it is in a commit; "" where that has none."""
    path = os.path.normpath(os.path.join(commit.inside, name))  # noqa: PTH118 - a path of git's
    return _run(commit.repository, "show", f"{commit.hash}:{path}").stdout


def _advice(folder: Path) -> str:
    if _line(_run(folder, "rev-parse", "--is-shallow-repository").stdout) == "true":
        return "This clone is shallow: run git fetch --unshallow, or clone with the whole history (fetch-depth: 0)."
    return "Name a commit, a branch or a tag of it, such as HEAD~1 or origin/main."


def check_out(commit: Commit, folder: Path) -> None:
    """Check a commit out into a folder that is not there yet.

    Raises:
        MeasurementError: git could not.
    """
    done = _run(commit.repository, "worktree", "add", "--quiet", "--force", "--detach", str(folder), commit.hash)
    if done.returncode != 0:
        raise MeasurementError(f"git could not check out {commit.short}: {_end(done.stderr)}.")


def forget(checkout: Path) -> None:
    """Remove a checkout, and what its repository keeps about it; nothing where there is none."""
    git_folder = _repository_of(checkout)
    shutil.rmtree(checkout, ignore_errors=True)
    if git_folder is not None:
        _forget_gone(git_folder, checkout)


def forget_killed(repository: Path, prefix: str) -> None:
    """Remove what a repository keeps about checkouts that are gone from folders of a prefix.

    Whoever was killed may have lost them with the machine's scratch folder. Other people's checkouts stay: one that
    cannot be seen may be on a disk that comes back.
    """
    for line in _run(repository, "worktree", "list", "--porcelain").stdout.splitlines():
        checkout = Path(line.removeprefix(_WORKTREE))
        if line.startswith(_WORKTREE) and checkout.parent.name.startswith(prefix) and not checkout.exists():
            _forget_gone(repository, checkout)


def _forget_gone(inside: Path, checkout: Path) -> None:
    with suppress(UsageError):  # whoever cleans up without git leaves this to the next one
        _run(inside, "worktree", "remove", "--force", "--force", str(checkout))


def _repository_of(checkout: Path) -> Path | None:
    """Find the git folder of the repository that a checkout is of."""
    try:
        text = (checkout / ".git").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    own = Path(text.removeprefix(_GITDIR).rstrip("\n"))  # such as /project/.git/worktrees/base
    return own.parent.parent if text.startswith(_GITDIR) and own.parent.parent.is_dir() else None


def install(command: Sequence[str], folder: Path) -> None:
    """Run the command by which a project is installed, in a checkout of it.

    Raises:
        MeasurementError: it failed; a base that could not be installed must not pass for one that is new.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the project's own command
            list(command),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise MeasurementError(f"Could not start {command[0]!r} to install {folder.name}: {error.strerror}.") from error
    if done.returncode != 0:
        raise MeasurementError(
            f"Installing {folder.name} with {' '.join(command)!r} ended with status {done.returncode}: "
            f"{_end(done.stderr or done.stdout)}."
        )


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return run_git(folder, *arguments)
    except OSError as error:
        raise UsageError(f"Cannot run git: {error.strerror}. Put it on PATH, or use --baseline FILE.") from error


def _line(text: str) -> str:
    return text.rstrip("\n")


def _end(text: str) -> str:
    return " / ".join(filter(None, map(str.strip, text.splitlines()[-LAST_LINES:]))).rstrip(".") or "it said nothing"
