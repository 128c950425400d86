"""The rule for few trials: its boundaries, its laws, and what it makes of chance."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from membench.harness.statistics.decision import Decision, Finding, decide, is_known, repeats_to_decide

ALLOWED = 1000


def found(base: list[int], head: list[int], allowed: int = ALLOWED, noise: int = 0) -> Finding:
    return decide(base, head, allowed_bytes=allowed, noise_bytes=noise).finding


@pytest.mark.parametrize(
    ("base", "head", "finding"),
    [
        ([0, 0, 0], [1000, 1000, 1000], Finding.STAYED),
        ([0, 0, 0], [1001, 1001, 1001], Finding.ROSE),
        ([1001] * 3, [0] * 3, Finding.FELL),
        ([1000] * 3, [0] * 3, Finding.STAYED),
        ([0, 0, 525], [2625, 2625, 2625], Finding.ROSE),  # apart by four times the spread
        ([0, 0, 526], [2625, 2625, 2625], Finding.OPEN),
        ([0, 0, 10], [1510, 1510, 1510], Finding.ROSE),  # and by half as much again as is allowed
        ([0, 0, 10], [1509, 1509, 1509], Finding.OPEN),
        ([0, 600, 1000], [0, 600, 1000], Finding.STAYED),
        ([0, 600, 1001], [0, 600, 1001], Finding.OPEN),
    ],
)
def test_three_trials_a_side_decide_at_their_boundaries(base: list[int], head: list[int], finding: Finding) -> None:
    assert found(base, head) is finding


@pytest.mark.parametrize(
    ("repeats", "multiple", "finding"),
    [(4, 2, Finding.ROSE), (4, 1, Finding.OPEN), (5, 1, Finding.ROSE), (6, 1, Finding.ROSE)],
)
def test_more_trials_need_not_lie_so_far_apart(repeats: int, multiple: int, finding: Finding) -> None:
    base = [*[0] * (repeats - 1), 2000]
    assert found(base, [2000 + multiple * 2000] * repeats) is finding


def test_what_the_machine_is_known_to_spread_counts_though_these_trials_do_not() -> None:
    assert found([0] * 3, [1500] * 3) is Finding.ROSE
    assert found([0] * 3, [1500] * 3, noise=375) is Finding.ROSE
    assert found([0] * 3, [1500] * 3, noise=376) is Finding.OPEN


@pytest.mark.parametrize(("base", "head"), [(1, 1), (2, 2), (1, 100), (100, 2)])
def test_one_trial_or_two_of_a_side_decide_nothing(base: int, head: int) -> None:
    decision = decide([0] * base, [10**9] * head, allowed_bytes=ALLOWED)
    assert decision == Decision(finding=Finding.OPEN, low_bytes=None, high_bytes=None, confirmed=False)


def test_few_trials_are_no_confirmation_and_many_are() -> None:
    assert not decide([0] * 3, [9000] * 3, allowed_bytes=ALLOWED).confirmed
    assert not decide([0] * 4, [9000] * 4, allowed_bytes=ALLOWED).confirmed
    assert decide([0] * 5, [9000] * 5, allowed_bytes=ALLOWED).confirmed
    assert decide([0] * 3, [9000] * 9, allowed_bytes=ALLOWED).confirmed
    assert decide([0] * 3, [0] * 3, allowed_bytes=ALLOWED).confirmed


def test_one_outlier_in_twelve_hides_no_rise_and_makes_none() -> None:
    base = [number * 10 for number in range(12)]
    assert found(base, [peak + 5000 for peak in base[:-1]] + [0]) is Finding.ROSE
    assert found(base, [*base[:-1], 10**9]) is Finding.STAYED


peaks = st.lists(st.integers(0, 2**50), min_size=1, max_size=8)
near = st.lists(st.integers(0, 5000), min_size=1, max_size=8)
few = st.lists(st.integers(0, 5000), min_size=3, max_size=6)


@given(peaks, st.integers(0, 2**40))
def test_a_sample_never_differs_from_itself(held: list[int], allowed: int) -> None:
    assert found(held, held, allowed) in {Finding.STAYED, Finding.OPEN}


@given(near, near)
def test_turning_the_sides_round_turns_rises_into_falls(base: list[int], head: list[int]) -> None:
    there, back = found(base, head), found(head, base)
    assert (there is Finding.ROSE) is (back is Finding.FELL)
    assert (there is Finding.FELL) is (back is Finding.ROSE)


ORDER = [Finding.FELL, Finding.STAYED, Finding.OPEN, Finding.ROSE]


@settings(max_examples=200)
@given(near, near, st.integers(0, 10_000))
def test_the_more_the_peaks_rise_the_worse_the_finding(base: list[int], head: list[int], more: int) -> None:
    before, after = found(base, head), found(base, [peak + more for peak in head])
    assert ORDER.index(after) >= ORDER.index(before)


@given(few, few, st.integers(1, 1000), st.integers(0, 10**9))
def test_neither_the_unit_nor_the_level_matters(base: list[int], head: list[int], unit: int, level: int) -> None:
    scaled = [[peak * unit + level for peak in side] for side in (base, head)]
    assert found(base, head) is found(*scaled, allowed=ALLOWED * unit)


@given(st.lists(st.integers(0, ALLOWED), min_size=6, max_size=6))
def test_a_program_that_spreads_no_further_than_is_allowed_is_found_unchanged(peaks: list[int]) -> None:
    assert found(peaks[:3], peaks[3:]) is Finding.STAYED


@given(few, st.integers(0, 500))
def test_a_rise_of_more_than_is_allowed_never_passes_where_the_spread_is_small(base: list[int], spread: int) -> None:
    quiet = [peak % (spread + 1) for peak in base]
    assert found(quiet, [peak + ALLOWED + spread + 1 for peak in quiet]) is not Finding.STAYED


@settings(max_examples=50)
@given(few, few)
def test_as_many_repeats_as_are_said_to_decide_do_if_they_spread_alike(base: list[int], head: list[int]) -> None:
    wanted = repeats_to_decide(base, head, allowed_bytes=ALLOWED)
    if found(base, head) is not Finding.OPEN:
        return
    if wanted is not None:
        assert wanted > min(len(base), len(head))


def test_a_base_is_known_where_it_would_be_found_unchanged() -> None:
    assert is_known([0, 500, 1000], allowed_bytes=ALLOWED)
    assert not is_known([0, 500, 1001], allowed_bytes=ALLOWED)
    assert not is_known([0, 0], allowed_bytes=ALLOWED)
    spread = [0, 600, 1200, 1800, 2400, 3000]
    assert not is_known(spread, allowed_bytes=ALLOWED)
    assert is_known(spread * 10, allowed_bytes=ALLOWED)
