"""Tightening a baseline: it follows improvements down, and nothing else moves it."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from sample_results import results, sample

from membench.harness.gate.baseline import promote
from membench.harness.gate.tightening import find_improved
from membench.harness.model import Results
from membench.harness.statistics.thresholds import Thresholds

peaks = st.lists(st.integers(1, 64 * 2**20), min_size=1, max_size=8).map(tuple)
THRESHOLDS = Thresholds()
AT = datetime(2026, 2, 3, tzinfo=UTC)


def levels(held: Results) -> dict[str, int]:
    return {one.variant: one.median_bytes or 0 for one in held.samples}


@given(st.dictionaries(st.sampled_from("abc"), peaks), st.dictionaries(st.sampled_from("abcd"), peaks))
def test_no_level_ever_rises_none_is_added_and_each_moves_or_is_said_to_stay(
    base: dict[str, tuple[int, ...]], run: dict[str, tuple[int, ...]]
) -> None:
    held = results(*(sample(name, one) for name, one in base.items()))
    narrowed, kept = find_improved(results(*(sample(name, one) for name, one in run.items())), held, THRESHOLDS)
    assert sorted([*levels(narrowed), *(one.key.variant for one in kept)]) == sorted(base.keys() | run.keys())
    if narrowed.samples:
        after = levels(promote(narrowed, held, reason="r", by="b", at=AT))
        assert after.keys() == base.keys()
        assert all(after[name] <= level for name, level in levels(held).items())
        assert all(after[name] < levels(held)[name] for name in levels(narrowed))


def test_a_level_that_was_improved_upon_does_not_follow_a_second_run_that_is_no_lower() -> None:
    first = results(sample("a", (100 * 2**20,) * 3))
    better = results(sample("a", (80 * 2**20,) * 3))
    narrowed, _ = find_improved(better, first, THRESHOLDS)
    tightened = promote(narrowed, first, reason="r", by="b", at=AT)
    assert levels(tightened) == {"a": 80 * 2**20}
    again, kept = find_improved(better, tightened, THRESHOLDS)
    assert (again.samples, len(kept)) == ((), 1)
