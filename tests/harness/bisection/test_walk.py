"""The walk narrows a rise down to one commit, or to those that cannot be told apart, by measuring few."""

from collections.abc import Set as AbstractSet
from math import ceil, log2

from hypothesis import given
from hypothesis import strategies as st

from membench.harness.bisection.walk import Span, Standing, next_commit, span_of


def walk(count: int, first_bad: int, broken: AbstractSet[int]) -> tuple[Span, int]:
    """Walk over commits of which the first bad one and those that are broken are known; count what was tried."""
    known: dict[int, Standing] = {}
    while (place := next_commit(count, known)) is not None:
        assert place not in known
        assert 0 < place < count - 1
        standing = Standing.BAD if place >= first_bad else Standing.GOOD
        known[place] = Standing.SKIPPED if place in broken else standing
    return span_of(count, known), len(known)


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, int, frozenset[int]]:
    count = draw(st.integers(2, 400))
    first_bad = draw(st.integers(1, count - 1))
    runs = draw(st.lists(st.tuples(st.integers(1, count), st.integers(1, 40)), max_size=4))
    broken = frozenset(place for start, length in runs for place in range(start, start + length) if place < count - 1)
    return count, first_bad, broken


@given(histories())
def test_what_is_left_are_the_first_bad_commit_and_those_before_it_that_are_broken(
    history: tuple[int, int, frozenset[int]],
) -> None:
    count, first_bad, broken = history
    span, _ = walk(count, first_bad, broken)
    whole = [place for place in range(count) if place not in broken]
    assert span.good == max(place for place in whole if place < first_bad)
    assert span.bad == min(place for place in whole if place >= first_bad)
    assert first_bad in span.candidates


@given(st.integers(2, 2000), st.data())
def test_without_broken_commits_it_measures_the_logarithm_of_their_number(count: int, data: st.DataObject) -> None:
    first_bad = data.draw(st.integers(1, count - 1))
    span, measured = walk(count, first_bad, frozenset())
    assert list(span.candidates) == [first_bad]
    assert measured <= ceil(log2(count - 1))


@given(st.integers(1, 199), st.integers(-1, 1))
def test_of_200_commits_at_most_9_are_measured_with_a_broken_one_beside_it(first_bad: int, beside: int) -> None:
    broken = frozenset({first_bad + beside} if beside and 0 < first_bad + beside < 199 else ())
    span, measured = walk(200, first_bad, broken)
    assert measured - len(broken) <= 9
    assert len(span.candidates) == (2 if first_bad - 1 in broken else 1)
    assert first_bad in span.candidates


def test_a_long_run_of_broken_commits_is_left_quickly() -> None:
    broken = frozenset(range(60, 140))
    _, measured = walk(200, 30, broken)
    assert measured <= 8 + 8


@given(histories(), st.randoms(use_true_random=False))
def test_a_peak_that_goes_up_and_down_still_ends_at_a_rise(
    history: tuple[int, int, frozenset[int]], random: object
) -> None:
    count, _, broken = history
    high = {place: bool(random.getrandbits(1)) for place in range(count)}  # type: ignore[attr-defined]  # a Random
    high |= {0: False, count - 1: True}
    known: dict[int, Standing] = {}
    while (place := next_commit(count, known)) is not None:
        known[place] = Standing.SKIPPED if place in broken else Standing.BAD if high[place] else Standing.GOOD
    span = span_of(count, known)
    assert not high[span.good]
    assert high[span.bad]
    assert all(place in broken for place in list(span.candidates)[:-1])
