"""The commits between two, in order: git's own first parents, and those that touch given paths."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from membench.harness.errors import UsageError
from membench.harness.gate.checkout import find_commit
from membench.harness.runs.git import run_git

_FIELD = "\x00"
_SHORT = 12  # letters of a hash, as people write it


class ListedCommit(NamedTuple):
    """A commit on the line."""

    hash: str
    subject: str
    parents: int = 1

    @property
    def short(self) -> str:
        """The hash as people write it."""
        return self.hash[:_SHORT]

    def __str__(self) -> str:
        """Write it as git does in one line."""
        return f"{self.short} {self.subject}"


def commits_between(folder: Path, good: str, bad: str, paths: Sequence[str]) -> list[ListedCommit]:
    """List the good commit, those after it along first parents that touch the paths, and the bad one.

    Raises:
        UsageError: there is no such commit, the good one is no ancestor of the bad one, or they are the same.
    """
    first, last = find_commit(folder, good), find_commit(folder, bad)
    if first.hash == last.hash:
        raise UsageError(f"GOOD and BAD are the same commit, {first.label}. Name two.")
    if run_git(folder, "merge-base", "--is-ancestor", first.hash, last.hash).returncode != 0:
        base = run_git(folder, "merge-base", first.hash, last.hash).stdout.strip()
        advice = f"Start at where they part: membench bisect {base[:_SHORT]} {bad}" if base else "They share no history"
        raise UsageError(f"GOOD, {first.label}, is no ancestor of BAD, {last.label}. {advice}.")
    between = _listed(folder, f"{first.hash}..{last.hash}", "--first-parent", "--reverse", "--", *paths)
    ends = [_listed(folder, commit.hash, "--no-walk", "--")[0] for commit in (first, last)]
    return [ends[0], *(commit for commit in between if commit.hash != last.hash), ends[1]]


def _listed(folder: Path, *arguments: str) -> list[ListedCommit]:
    done = run_git(folder, "log", "-z", "--format=tformat:%H%n%P%n%s", *arguments)
    if done.returncode != 0:
        raise UsageError(f"git could not list the commits: {done.stderr.strip().splitlines()[-1]}.")
    found = []
    for entry in filter(None, done.stdout.split(_FIELD)):
        commit, parents, subject = entry.split("\n", 2)
        found.append(ListedCommit(commit, subject, len(parents.split())))
    return found
