"""The decision: each verdict and its boundary, and the laws that hold for all of them."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_results import sample

from membench.harness.gate.judging import advise, judge, judge_all
from membench.harness.gate.verdicts import GateRow, Judgement, Verdict, missing
from membench.harness.keys import Key, Scalar
from membench.harness.model import Outcome, Sample
from membench.harness.statistics.thresholds import Thresholds

KIB = 1024
MIB = 1024 * KIB
BASE = 100 * MIB
DEFAULT = Thresholds()
ALLOWED = round(DEFAULT.allowed(BASE))
AGAINST = "HEAD~1 (0123456789ab)"


def judged(
    base: tuple[int, ...], head: tuple[int, ...], thresholds: Thresholds = DEFAULT, **changes: object
) -> GateRow:
    return judge(sample(peaks=base), sample(peaks=head, **changes), thresholds, against=AGAINST)


def rise(size: int, thresholds: Thresholds = DEFAULT, *, base: int = BASE) -> Verdict:
    return judged((base,) * 3, (base + size,) * 3, thresholds).verdict


def mapped(*samples: Sample) -> dict[Key, Sample]:
    return {one.key: one for one in samples}


def all_rows(
    base: dict[Key, Sample], head: dict[Key, Sample], thresholds: Thresholds = DEFAULT, removed: tuple[str, ...] = ()
) -> dict[Key, GateRow]:
    return {row.key: row for row in judge_all(base, head, thresholds, against=AGAINST, removed=removed)}


def judgement(*rows: GateRow) -> Judgement:
    return Judgement(rows=rows, thresholds=DEFAULT)


def row(verdict: Verdict, variant: str = "all") -> GateRow:
    peaks = {Verdict.REGRESSION: 2 * MIB, Verdict.IMPROVEMENT: -2 * MIB}
    made = judged((BASE,) * 3, (BASE + peaks.get(verdict, 0),) * 3)
    return replace(made, verdict=verdict, variant=variant)


def test_the_same_peaks_pass() -> None:
    found = judged((BASE,) * 3, (BASE,) * 3)
    assert (found.verdict, found.reason, found.causes) == (Verdict.PASS, "", ())
    assert found.shift is not None
    assert (found.shift.bytes, found.shift.repeats_agree) == (0, True)


def test_a_rise_of_just_what_is_allowed_passes_and_a_byte_more_does_not() -> None:
    assert ALLOWED == 1 * MIB
    assert rise(ALLOWED) is Verdict.PASS
    assert rise(ALLOWED + 1) is Verdict.REGRESSION


def test_a_fall_of_just_as_much_passes_and_a_byte_more_is_an_improvement() -> None:
    assert rise(-ALLOWED) is Verdict.PASS
    assert rise(-ALLOWED - 1) is Verdict.IMPROVEMENT


@pytest.mark.parametrize(
    ("size", "verdict"),
    [
        (1 * MIB, Verdict.PASS),  # beyond the absolute threshold, not beyond the relative one
        (1 * MIB + 1, Verdict.REGRESSION),
    ],
)
def test_both_thresholds_must_be_exceeded(size: int, verdict: Verdict) -> None:
    assert rise(size, Thresholds(relative=0.01, absolute_bytes=64 * KIB)) is verdict
    assert rise(size, Thresholds(relative=0.0001, absolute_bytes=MIB)) is verdict


def test_a_regression_says_how_far_the_peak_rose_and_what_is_allowed() -> None:
    found = judged((BASE,) * 3, (BASE + 3 * MIB,) * 3)
    assert found.reason == "the peak rose by 3.00 MiB, more than the 1.00 MiB that are allowed"


def test_with_spread_only_an_interval_that_lies_beyond_the_threshold_is_a_regression() -> None:
    base = (BASE, BASE + 4096, BASE + 8192, BASE + 4096, BASE)
    beyond = judged(base, tuple(peak + 2 * MIB for peak in base))
    assert beyond.verdict is Verdict.REGRESSION
    assert beyond.decision is not None
    assert beyond.decision.low_bytes is not None
    assert beyond.decision.low_bytes > ALLOWED
    assert beyond.reason == "the peak rose by 2.00 MiB, more than the 1.00 MiB that are allowed"
    across = judged(base, tuple(peak + ALLOWED for peak in base))
    assert across.verdict is Verdict.INCONCLUSIVE
    assert "may lie anywhere from" in across.reason
    assert judged(base, base).verdict is Verdict.PASS
    assert judged(base, tuple(peak - 2 * MIB for peak in base)).verdict is Verdict.IMPROVEMENT


def test_a_rise_from_73_to_1029_megabytes_is_a_regression_with_three_trials_a_side() -> None:
    found = judged((73_000_000, 73_050_000, 73_100_000), (1_029_000_000, 1_029_040_000, 1_029_100_000))
    assert found.verdict is Verdict.REGRESSION


@pytest.mark.parametrize("head", [BASE, BASE + ALLOWED + 1, 10 * BASE])
def test_one_trial_or_two_a_side_decide_nothing_and_it_says_how_many_do(head: int) -> None:
    found = judged((BASE,), (head,) * 2)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason == "1 trial of the base and 2 trials of the head; at least 3 of each decide"
    advised = advise(found, mapped(sample(peaks=(BASE,))), mapped(sample(peaks=(head,) * 2)))
    assert advised.reason.endswith("; 2 more of the base and 1 more of the head would decide")
    assert advised.more_repeats == 2


def test_what_spreads_too_far_says_how_many_more_repeats_would_decide() -> None:
    noisy = (BASE, BASE + MIB, BASE + 2 * MIB)
    found = judged(noisy, noisy)
    assert found.verdict is Verdict.INCONCLUSIVE
    advised = advise(found, mapped(sample(peaks=noisy)), mapped(sample(peaks=noisy)))
    assert advised.reason.startswith("the rise may lie anywhere from -2.00 MiB to +2.00 MiB; 1.01 MiB are allowed; ")
    assert advised.more_repeats is not None
    assert 1 <= advised.more_repeats <= 20
    assert advise(judged((BASE,) * 3, (BASE,) * 3), {}, {}).more_repeats is None


def test_a_shift_of_just_what_is_allowed_with_spread_says_that_no_repeats_would_decide() -> None:
    sides = tuple(BASE + size * MIB for size in (-9, 0, 9)), tuple(BASE + ALLOWED + size * MIB for size in (-9, 0, 9))
    advised = advise(judged(*sides), *(mapped(sample(peaks=side)) for side in sides))
    assert advised.reason.endswith("; not even 200 repeats would decide")


def test_a_budget_is_kept_at_its_last_byte_and_broken_one_further() -> None:
    assert judged((BASE,) * 3, (BASE,) * 3, budget_bytes=BASE).verdict is Verdict.PASS
    broken = judged((BASE,) * 3, (BASE,) * 3, budget_bytes=BASE - 1)
    assert broken.verdict is Verdict.REGRESSION
    assert "over its budget" in broken.reason


def test_a_budget_holds_for_what_is_new_and_for_what_improved() -> None:
    new = judge(None, sample(peaks=(BASE,), budget_bytes=MIB), DEFAULT, against=AGAINST)
    assert new.verdict is Verdict.REGRESSION
    assert judged((2 * BASE,), (BASE,), budget_bytes=MIB).verdict is Verdict.REGRESSION


def test_a_regression_over_its_budget_gives_both_reasons() -> None:
    reason = judged((BASE,) * 3, (2 * BASE,) * 3, budget_bytes=BASE).reason
    assert "over its budget of 100.00 MiB; the peak rose by" in reason


def test_a_head_that_fails_is_failed_with_its_errors_each_once() -> None:
    crashed = (Outcome.CRASHED, Outcome.CRASHED, Outcome.OK)
    found = judged((BASE,), (BASE,), outcomes=crashed, failures=("crashed (signal 9)", "crashed (signal 9)"))
    assert (found.verdict, found.reason) == (Verdict.FAILED, "crashed (signal 9)")


def test_a_head_without_any_peak_is_failed() -> None:
    assert judged((BASE,), ()).verdict is Verdict.FAILED


def test_an_outcome_that_was_expected_is_compared_like_any_other() -> None:
    lossy = {"outcomes": (Outcome.WRONG_OUTPUT,) * 3, "expected_outcome": Outcome.WRONG_OUTPUT}
    base = sample(peaks=(BASE,) * 3, **lossy)
    assert judge(base, sample(peaks=(BASE,) * 3, **lossy), DEFAULT, against=AGAINST).verdict is Verdict.PASS


def test_what_the_base_lacks_is_new_and_what_it_cannot_run_is_new_with_the_reason() -> None:
    assert judge(None, sample(), DEFAULT, against=AGAINST).reason == f"{AGAINST} has no such workload"
    broken = sample(peaks=(), outcomes=(Outcome.CRASHED,), failures=("crashed (exit status 1): No module named 'x'",))
    found = judge(broken, sample(), DEFAULT, against=AGAINST)
    assert found.verdict is Verdict.NEW
    assert found.reason == f"{AGAINST} cannot run it: crashed (exit status 1): No module named 'x'"


def test_what_the_head_lacks_is_missing_unless_it_is_named_as_removed() -> None:
    base = mapped(sample("old", (5, 5)), sample("kept", (100,) * 3))
    found = all_rows(base, mapped(sample("kept", (100,) * 3), sample("young")))
    assert {key[1]: one.verdict for key, one in found.items()} == {
        "kept": Verdict.PASS,
        "young": Verdict.NEW,
        "old": Verdict.MISSING,
    }
    assert found["smoke", "old", "peak_rss"].base_bytes == 5
    for name in ("smoke", "smoke/old"):
        assert {key[1] for key in all_rows(base, mapped(sample("kept")), removed=(name,))} == {"kept"}
    for name in ("smok", "old", "smoke/ol", "smoke/"):
        assert len(all_rows(base, mapped(sample("kept")), removed=(name,))) == 2


def test_naming_a_workload_as_removed_does_not_hide_one_that_is_there() -> None:
    found = all_rows(mapped(sample(peaks=(BASE,) * 3)), mapped(sample(peaks=(2 * BASE,) * 3)), removed=("smoke",))
    assert [one.verdict for one in found.values()] == [Verdict.REGRESSION]


def sized(variant: str, peak: int, **parameters: Scalar) -> Sample:
    return sample(variant, (peak, peak), parameters=parameters)


def series(bytes_each: int, *, sizes: tuple[Scalar, ...] = (10, 20, 40), **rest: Scalar) -> dict[Key, Sample]:
    """Make a sample of each size; those that are no numbers have the peak of size 1."""
    return mapped(
        *(
            sized(
                f"{number}:{size}", 10 * MIB + bytes_each * (size if isinstance(size, int) else 1), **rest, orders=size
            )
            for number, size in enumerate(sizes)
        )
    )


SLOPE = Thresholds(slope_bytes=100)


def slope_verdicts(base: dict[Key, Sample], head: dict[Key, Sample]) -> dict[str, Verdict]:
    rows = all_rows(base, head, SLOPE)
    return {key[1]: one.verdict for key, one in rows.items() if key[1].startswith("slope")}


def test_a_slope_may_rise_by_its_threshold_and_by_no_more() -> None:
    assert slope_verdicts(series(1000), series(1099)) == {"slope of orders": Verdict.PASS}
    assert slope_verdicts(series(1000), series(1101)) == {"slope of orders": Verdict.REGRESSION}
    assert slope_verdicts(series(1000), series(10)) == {"slope of orders": Verdict.PASS}


def test_a_slope_is_found_beside_settings_that_stay_the_same() -> None:
    assert slope_verdicts(series(10, mode="fast", dry=True), series(900, mode="fast", dry=True)) == {
        "slope of orders,mode=fast,dry=true": Verdict.REGRESSION
    }


def test_a_text_that_looks_like_several_settings_is_one_value() -> None:
    sizes = tuple(f"orders={size},mode=fast" for size in (10, 20, 40))
    assert slope_verdicts(series(1, sizes=sizes), series(900, sizes=sizes)) == {}
    where = "a=1,orders=7"
    assert slope_verdicts(series(1, where=where), series(900, where=where)) == {
        f"slope of orders,where={where}": Verdict.REGRESSION
    }


def test_no_slope_is_judged_of_two_sizes_or_of_sizes_that_the_base_lacks_or_where_none_was_asked_for() -> None:
    assert slope_verdicts(series(1, sizes=(1, 2)), series(9000, sizes=(1, 2))) == {}
    assert slope_verdicts(series(1, sizes=(1, 2, 3)), series(9000, sizes=(1, 2, 4))) == {}
    assert not [key for key in all_rows(series(1), series(9000)) if key[1].startswith("slope")]


@pytest.mark.parametrize("size", [10**180, -1, True, 1.5, "²", "1000"])
def test_a_parameter_that_is_no_size_has_no_slope_and_breaks_nothing(size: Scalar) -> None:
    sizes = (size, size, size)
    assert slope_verdicts(series(1, sizes=sizes), series(1, sizes=sizes)) == {}


@pytest.mark.parametrize(
    ("verdicts", "overall"),
    [
        ([], Verdict.PASS),
        ([Verdict.PASS, Verdict.IMPROVEMENT], Verdict.IMPROVEMENT),
        ([Verdict.NEW], Verdict.PASS),
        ([Verdict.NEW, Verdict.IMPROVEMENT], Verdict.IMPROVEMENT),
        ([Verdict.NEW, Verdict.INCONCLUSIVE], Verdict.INCONCLUSIVE),
        ([Verdict.INCONCLUSIVE, Verdict.MISSING], Verdict.MISSING),
        ([Verdict.MISSING, Verdict.REGRESSION], Verdict.REGRESSION),
        ([Verdict.REGRESSION, Verdict.FAILED, Verdict.PASS], Verdict.FAILED),
    ],
)
def test_the_verdict_is_the_worst_of_all_rows_and_what_is_new_is_no_reason(
    verdicts: list[Verdict], overall: Verdict
) -> None:
    assert judgement(*map(row, verdicts)).verdict is overall


def test_the_headline_counts_every_verdict_and_names_the_largest_rise() -> None:
    rows = [row(verdict, f"v{number}") for number, verdict in enumerate(Verdict)]
    larger = replace(judged((BASE,) * 3, (BASE + 5 * MIB,) * 3), variant="worst")
    assert judgement(*rows, larger).headline == (
        "8 compared: 1 failed, 2 regressed, 1 missing, 1 not decided, 1 new, 1 improved, "
        "1 unchanged within what is allowed. The largest rise is +5.00 MiB (+5.00%) in smoke/worst."
    )


def test_the_headline_of_nothing_says_so_and_what_is_new_is_compared_with_nothing() -> None:
    assert judgement().headline == "Nothing was compared."
    assert judgement(row(Verdict.NEW), row(Verdict.NEW, "other")).headline == "Nothing was compared: 2 new."


def test_a_broken_budget_without_a_rise_is_no_largest_rise() -> None:
    fallen = judged((BASE,), (BASE // 2,), budget_bytes=MIB)
    assert judgement(fallen).headline == "1 compared: 1 regressed."


def test_a_rise_from_nothing_has_no_share() -> None:
    assert "is +100.00 MiB in smoke" in judgement(judged((0,) * 3, (BASE,) * 3)).headline


peaks = st.lists(st.integers(0, 2**50), min_size=1, max_size=6).map(tuple)
near = st.lists(st.integers(BASE, BASE + 64 * KIB), min_size=1, max_size=6).map(tuple)
limits = st.builds(Thresholds, relative=st.floats(0, 1), absolute_bytes=st.integers(1, 2**40))
ORDER = [Verdict.IMPROVEMENT, Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.REGRESSION]


@settings(max_examples=50)
@given(peaks, limits)
def test_a_sample_against_itself_never_regresses_nor_improves(held: tuple[int, ...], thresholds: Thresholds) -> None:
    assert judged(held, held, thresholds).verdict in {Verdict.PASS, Verdict.INCONCLUSIVE}


@settings(max_examples=50)
@given(near, near, limits, st.integers(0, 10 * MIB))
def test_the_more_the_peaks_rise_the_worse_the_verdict(
    base: tuple[int, ...], head: tuple[int, ...], thresholds: Thresholds, more: int
) -> None:
    before = judged(base, head, thresholds).verdict
    after = judged(base, tuple(peak + more for peak in head), thresholds).verdict
    assert ORDER.index(after) >= ORDER.index(before)


keys = st.sets(st.sampled_from(["a", "b", "c", "n=1", "n=2", "n=3", "n=4"]))


@given(keys, keys)
def test_there_is_a_row_for_every_key_of_either_side_and_one_only(base: set[str], head: set[str]) -> None:
    here = mapped(*(sized(name, 100) for name in sorted(head)))
    there = mapped(*(sized(name, 100) for name in sorted(base)))
    rows = judge_all(there, here, DEFAULT, against=AGAINST)
    assert sorted(one.variant for one in rows) == sorted(base | head)
    assert {one.variant for one in rows if one.verdict is Verdict.MISSING} == base - head
    assert {one.variant for one in rows if one.verdict is Verdict.NEW} == head - base


def test_a_missing_row_names_what_is_missing_and_the_way_out() -> None:
    found = missing(Key("smoke", "all", "peak_rss"), AGAINST, base_bytes=7)
    assert found.key == ("smoke", "all", "peak_rss")
    assert "name it with --removed if that is meant" in found.reason
