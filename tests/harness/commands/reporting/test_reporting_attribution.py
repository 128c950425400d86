"""What follows from a division, in words, and what of a run of all combinations is shown."""

from collections.abc import Callable

import pytest
from sample_results import results, sample

from membench.harness.attribution.division import Division, make_plan
from membench.harness.attribution.shapley import Combination
from membench.harness.commands.league import workloads
from membench.harness.commands.league.story import stories
from membench.harness.commands.reporting.attribution import attribution_of, in_words, listed
from membench.harness.commands.reporting.sections import make_report
from membench.harness.keys import Switch
from membench.harness.model import Outcome
from membench.harness.units import MIB
from membench.pipelines.variant import Form, all_combinations, parse_variant
from membench.reports.document import Attribution, Section

SWITCHES = [Switch(name, f"switch {name}") for name in "abcd"]


def divided(peak: Callable[[Combination], float]) -> Attribution:
    plan = make_plan([switch.name for switch in SWITCHES])
    peaks = {combination: round(peak(combination) * MIB) for combination in plan.combinations}
    return attribution_of(SWITCHES, Division(plan=plan, peaks=peaks))


def notes(peak: Callable[[Combination], float]) -> str:
    return " ".join(divided(peak).notes)


def test_substitutes_are_named_with_what_the_best_of_them_saves_and_the_sum_is_called_wrong() -> None:
    said = notes(lambda on: 30 if on & {"a", "b", "c"} else 90)
    assert "a, b and c replace one another: a alone saves 100 % of what all save together." in said
    assert "adds up to 180.00 MiB, 3.0 times what all save together: 120.00 MiB are counted more than once." in said
    assert "d moves the peak by less than 64 KiB" in said


def test_two_substitutes_replace_each_other_and_pairs_of_pairs_stay_apart() -> None:
    said = notes(lambda on: 90 - 30 * bool(on & {"a", "b"}) - 20 * bool(on & {"c", "d"}))
    assert "a and b replace each other" in said
    assert "c and d replace each other" in said


def test_the_largest_shares_are_named_first_and_the_smallest_not_at_all() -> None:
    said = notes(lambda on: 100 - 10 * ("a" in on) - 50 * ("b" in on) - 0.1 * ("c" in on))
    assert "the shares are: b 50.00 MiB (83 %) and a 10.00 MiB (17 %)." in said


def test_what_hides_behind_a_higher_peak_is_told() -> None:
    said = notes(lambda on: max(90 if "a" not in on else 0, 50 if "b" not in on else 40))
    assert "b saves nothing alone and 10.00 MiB once all others are made" in said
    assert "some save nothing until others are made" in said


def test_a_switch_that_costs_memory_is_named() -> None:
    assert "On balance c (5.00 MiB) costs memory" in notes(lambda on: 100 - 50 * ("a" in on) + 5 * ("c" in on))


def test_where_nothing_saves_anything_nothing_is_claimed() -> None:
    said = notes(lambda on: 100)
    assert "shares" not in said
    assert "a, b, c and d move the peak by less than 64 KiB" in said


@pytest.mark.parametrize(("names", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_names_are_listed_as_a_sentence_does(names: list[str], text: str) -> None:
    assert listed(names) == text


def test_the_interval_of_a_share_is_not_named_beside_it() -> None:
    assert in_words(["shapley_bytes", "shapley_low_bytes", "shapley_high_bytes"]) == "its share"


def section(*variants: str, failed: str = "") -> Section:
    """Make the section of some variants of the league, of which every fix takes 1 MiB off."""
    samples = [
        sample(
            variant,
            (MIB * (60 - len(parse_variant(variant).forms) + list(parse_variant(variant).forms).count(Form.BEFORE)),),
            scenario="league",
            outcomes=(Outcome.CRASHED if variant == failed else Outcome.OK,),
        )
        for variant in variants
    ]
    whole = results(*samples)
    (found,) = make_report(whole, stories(whole)).sections
    return found


def test_all_combinations_are_divided_and_do_not_bury_the_rest() -> None:
    found = section(*map(str, all_combinations()))
    assert found.attribution is not None
    assert [row.shapley_bytes for row in found.attribution.rows] == [MIB] * 7
    assert len(found.attribution.interactions) == 21
    shown = {row.variant for row in found.rows}
    assert {"baseline", "all", *workloads.SWITCHES} <= shown
    assert len(shown) == 1 + 7 + 5 + 1  # nothing, each alone, the steps between, all
    assert len(found.steps) == 7


def test_a_combination_that_failed_is_shown_among_those_that_are_not() -> None:
    found = section(*map(str, all_combinations()), failed="fix-1+3")
    assert "fix-1+3" in {row.variant for row in found.rows}
    assert found.attribution is not None
    assert found.attribution.interactions == ()


def test_a_few_combinations_that_were_asked_for_are_shown() -> None:
    found = section("baseline", "fix-1", "fix-3", "fix-1+3")
    assert "fix-1+3" in {row.variant for row in found.rows}
    assert found.attribution is not None
    assert [row.alone_bytes for row in found.attribution.rows] == [MIB, None, MIB, None, None, None, None]


@pytest.mark.parametrize("variants", [("baseline", "all"), ("fix-1",), ("sequential", "bounded")])
def test_where_there_is_nothing_to_divide_nothing_is(variants: tuple[str, ...]) -> None:
    assert section(*variants).attribution is None
