"""Which commits of a range are still to be measured: every so many, then where something changed. Pure."""

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

Differ = Callable[[str, str], bool]
"""Tells whether two measured commits differ by more than is allowed."""


def first_pass(commits: Sequence[str], every: int, measured: Collection[str]) -> list[str]:
    """Give one commit of each stretch of so many, and both ends, oldest first, less what is measured.

    A stretch in which a commit has been measured needs no other one.
    """
    if not commits:
        return []
    wanted = []
    for start in range(0, len(commits), every):
        stretch = commits[start : start + every]
        if not any(commit in measured for commit in stretch):
            wanted.append(stretch[0])
    last = commits[-1]
    if last not in measured and last not in wanted:
        wanted.append(last)
    return wanted


def next_between(commits: Sequence[str], measured: Collection[str], differ: Differ) -> str | None:
    """Give the middle of the first stretch between two measured commits that differ; None where none is left to find.

    Two changes that undo each other within one stretch are not seen.
    """
    known = [number for number, commit in enumerate(commits) if commit in measured]
    for older, newer in pairwise(known):
        if newer - older > 1 and differ(commits[older], commits[newer]):
            return commits[(older + newer) // 2]
    return None
