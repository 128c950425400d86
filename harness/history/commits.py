"""The order of commits: the first-parent line of the main branch, and where other branches leave it."""

import re
import subprocess
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from pathlib import Path

from membench.harness.errors import UsageError
from membench.harness.runs.git import run_git

_REVISION = re.compile(r"(?P<hash>[0-9a-f]{7,64})(?P<dirty>-dirty)?")
_FORMAT = "--format=%H%x00%cI%x00%an%x00%s"
_LONGEST_BRANCH = 1000  # commits that a branch is followed back to the main line
_MAIN_NAMES = ("main", "master", "trunk")
_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit of the main line."""

    hash: str
    committed: str  # ISO 8601
    author: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a run stands: at a commit of the main line, or on a branch that left the line there."""

    number: int  # of the commit, from 1 at the root; 0 for what is older than all
    commit: str = ""  # full hash; "" where the revision is not known to the repository
    branch: str = ""  # "" for the main line
    dirty: bool = False


class MainLine:
    """The commits of a branch from its root on, each followed by the one that has it as its first parent."""

    def __init__(self, folder: Path, branch: str, commits: Sequence[Commit]) -> None:
        self.branch = branch
        self.commits = tuple(commits)
        self._folder = folder
        self._numbers = {commit.hash: number for number, commit in enumerate(commits, start=1)}
        # A commit may bear an earlier date than the one before it; the line has an order all the same.
        self._dates = list(accumulate((_instant(commit.committed) for commit in commits), max))
        self._sides: dict[str, Place] = {}

    def place(self, revision: str, created: float) -> Place:
        """Find the place of a run by its revision or, where the repository does not know that, by its date."""
        match = _REVISION.fullmatch(revision)
        if match is None:
            return self._by_date(created)
        dirty = match["dirty"] is not None
        full = self._full_hash(match["hash"])
        if full is None:
            return self._by_date(created)
        number = self._numbers.get(full)
        if number is not None:
            return Place(number=number, commit=full, dirty=dirty)
        if full not in self._sides:
            self._sides[full] = self._side(full)
        side = self._sides[full]
        return Place(number=side.number, commit=full, branch=side.branch, dirty=dirty)

    def _by_date(self, created: float) -> Place:
        return Place(number=bisect_right(self._dates, created))

    def _full_hash(self, short: str) -> str | None:
        if short in self._numbers:
            return short
        done = run_git(self._folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{short}^{{commit}}")
        return done.stdout.strip() or None if done.returncode == 0 else None

    def _side(self, commit: str) -> Place:
        walked = run_git(self._folder, "rev-list", "--first-parent", f"--max-count={_LONGEST_BRANCH}", commit)
        start = next((one for one in walked.stdout.split() if one in self._numbers), None)
        named = run_git(
            self._folder,
            "for-each-ref",
            "--contains",
            commit,
            "--count=1",
            "--format=%(refname:short)",
            "refs/heads",
            "refs/remotes",
        )
        name = named.stdout.strip() or f"merged {commit[:12]}"
        return Place(number=self._numbers.get(start or "", 0), commit=commit, branch=name)


def read_main_line(folder: Path, branch: str | None) -> MainLine | None:
    """Read the main line of the repository that a folder is in; None where it is in none.

    Without a branch it is the remote's default branch, or else main, master or trunk, or else HEAD.

    Raises:
        UsageError: a branch was named that the repository does not have.
    """
    try:
        inside = run_git(folder, "rev-parse", "--git-dir")
    except (OSError, subprocess.SubprocessError):
        return None
    if inside.returncode != 0:
        return None
    ref = _chosen(folder, branch)
    if ref is None:
        return None
    listed = run_git(folder, "log", "--first-parent", "--reverse", _FORMAT, ref, "--")
    return MainLine(folder, branch or ref, [_commit(line) for line in listed.stdout.splitlines() if line])


def _chosen(folder: Path, branch: str | None) -> str | None:
    if branch is not None:
        if not _exists(folder, branch):
            raise UsageError(
                f"No branch or commit {branch!r} in the repository around {folder}. See: git branch --all."
            )
        return branch
    default = run_git(folder, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD").stdout.strip()
    local = default.removeprefix("origin/")
    for name in (local, default, *_MAIN_NAMES, "HEAD"):
        if name and _exists(folder, name):
            return name
    return None


def _exists(folder: Path, name: str) -> bool:
    done = run_git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return done.returncode == 0


def _commit(line: str) -> Commit:
    hash_, committed, author, subject = (*line.split("\0", 3), "", "", "")[:4]
    return Commit(hash=hash_, committed=committed, author=author, subject=subject[:_LONGEST_SUBJECT])


def _instant(committed: str) -> float:
    try:
        return datetime.fromisoformat(committed).timestamp()
    except ValueError:
        return 0.0
