"""Promoting: new levels take the place of old ones, and who accepted them stays on record."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sample_results import ENVIRONMENT, results, sample

from membench.harness.errors import UsageError
from membench.harness.gate.baseline import MOST_PROMOTIONS, promote
from membench.harness.model import Change, Outcome, Results
from membench.harness.store.results import results_document

AT = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def accepted(run: Results, baseline: Results | None = None, reason: str = "the cache is worth it") -> Results:
    return promote(run, baseline, reason=reason, by="the team", at=AT)


def levels(held: Results) -> dict[str, int | None]:
    return {one.variant: one.median_bytes for one in held.samples}


def test_without_a_baseline_the_run_becomes_one() -> None:
    made = accepted(results(sample("a", (5, 5)), sample("b", (7, 7))))
    assert levels(made) == {"a": 5, "b": 7}
    (promotion,) = made.history
    assert (promotion.at, promotion.by, promotion.reason) == (
        "2026-02-03T04:05:06+00:00",
        "the team",
        "the cache is worth it",
    )
    assert promotion.changes[0] == Change(scenario="smoke", variant="a", meter="peak_rss", from_bytes=None, to_bytes=5)


def test_a_new_level_takes_the_place_of_the_old_one_and_the_others_stay() -> None:
    old = accepted(results(sample("a", (5, 5)), sample("b", (7, 7))))
    new = accepted(results(sample("b", (9, 9)), sample("c", (1, 1))), old, "b does more now")
    assert levels(new) == {"a": 5, "b": 9, "c": 1}
    assert [promotion.reason for promotion in new.history] == ["the cache is worth it", "b does more now"]
    assert [(change.variant, change.from_bytes, change.to_bytes) for change in new.history[-1].changes] == [
        ("b", 7, 9),
        ("c", None, 1),
    ]


def test_the_same_workload_under_another_meter_is_another_level() -> None:
    old = accepted(results(sample("a", (5, 5))))
    both = accepted(results(sample("a", (50, 50), meter="memray")), old)
    assert {one.meter: one.median_bytes for one in both.samples} == {"peak_rss": 5, "memray": 50}


def test_timelines_are_not_kept() -> None:
    (kept,) = accepted(results(sample())).samples
    assert kept.timeline is None
    assert kept.phase_spans == ()
    assert kept.phases


def test_what_was_promoted_is_a_document() -> None:
    made = accepted(results(sample("a")), accepted(results(sample("a"), sample("b"))))
    assert len(results_document(made)["history"]) == 2


@pytest.mark.parametrize(
    "failed",
    [
        sample("b", (), outcomes=(Outcome.CRASHED,)),
        sample("b", (5,), outcomes=(Outcome.OK, Outcome.TIMED_OUT)),
        sample("b", (5,), outcomes=(Outcome.WRONG_OUTPUT,)),
        sample("b", ()),
    ],
)
def test_a_run_with_a_failed_trial_is_refused_and_the_workload_named(failed: object) -> None:
    with pytest.raises(UsageError, match="smoke/b/peak_rss failed in this run"):
        accepted(results(sample("a"), failed))  # type: ignore[arg-type]  # parametrised


def test_an_outcome_that_was_expected_may_be_promoted() -> None:
    lossy = sample(outcomes=(Outcome.WRONG_OUTPUT,) * 2, expected_outcome=Outcome.WRONG_OUTPUT)
    assert accepted(results(lossy)).samples


def test_a_run_without_samples_is_refused() -> None:
    with pytest.raises(UsageError, match="no samples"):
        accepted(results())


def test_levels_of_two_environments_are_never_mixed() -> None:
    old = accepted(results(sample("a"), sample("b")))
    elsewhere = replace(ENVIRONMENT, kernel="6.2", controls={**ENVIRONMENT.controls, "pinned_cpu": False})
    with pytest.raises(UsageError, match=r"kernel 6\.1 and 6\.2; pinned cpu True and False") as caught:
        accepted(replace(results(sample("a")), environment=elsewhere), old)
    assert "Promote a run of everything it holds" in str(caught.value)


def test_a_run_of_everything_moves_the_baseline_to_another_environment() -> None:
    old = accepted(results(sample("a"), sample("b")))
    elsewhere = replace(ENVIRONMENT, kernel="6.2")
    new = accepted(replace(results(sample("a"), sample("b"), sample("c")), environment=elsewhere), old)
    assert new.environment.kernel == "6.2"
    assert len(new.history) == 2


def test_a_full_history_is_an_error_and_no_entry_is_lost() -> None:
    old = accepted(results(sample()))
    full = replace(old, history=old.history * MOST_PROMOTIONS)
    with pytest.raises(UsageError, match="history is full"):
        accepted(results(sample()), full)
