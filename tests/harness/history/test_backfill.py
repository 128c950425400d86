from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from membench.harness.history.backfill import first_pass, next_between


def backfilled(levels: list[int], every: int) -> list[int]:
    """Give the numbers of the commits that are measured, in their order."""
    commits = [str(number) for number in range(len(levels))]
    measured: list[str] = []
    measured.extend(first_pass(commits, every, measured))
    while following := next_between(commits, measured, lambda one, two: levels[int(one)] != levels[int(two)]):
        assert following not in measured
        measured.append(following)
    return sorted(map(int, measured))


def test_two_changes_in_64_commits_take_15_measurements() -> None:
    found = backfilled([1] * 13 + [2] * 28 + [3] * 23, 8)
    assert {12, 13, 40, 41} <= set(found)
    assert len(found) == 15


def test_what_is_measured_is_not_measured_again() -> None:
    commits = [str(number) for number in range(20)]
    assert first_pass(commits, 5, {"3", "10"}) == ["5", "15", "19"]
    assert first_pass([], 5, set()) == []


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), st.integers(1, 12))
def test_every_change_that_the_first_pass_can_see_is_pinned_to_a_commit(lengths: list[int], every: int) -> None:
    levels = [level for level, length in enumerate(lengths) for _ in range(length)]
    found = backfilled(levels, every)
    # Levels only rise, so no two changes undo each other.
    assert all(newer - older == 1 for older, newer in pairwise(found) if levels[older] != levels[newer])
