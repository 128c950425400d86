import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.pipelines.remedies import remedy_names
from membench.pipelines.variant import (
    ALL,
    BASELINE,
    BOUNDED,
    PRIORITY,
    SEQUENTIAL,
    Fix,
    Form,
    UnknownVariantError,
    Variant,
    all_combinations,
    parse_variant,
    variant_of,
)

fix_sets = st.sets(st.sampled_from(list(Fix)))


@given(
    fix_sets,
    st.sampled_from([form for form in Form if form is not Form.BEFORE]),
    st.sets(st.sampled_from(remedy_names())),
)
def test_the_canonical_name_of_a_variant_is_read_back_as_the_same_variant(
    fixes: set[Fix], form: Form, remedies: set[str]
) -> None:
    variant = variant_of(fixes, form)._replace(remedies=tuple(sorted(remedies)))
    assert parse_variant(str(variant)) == variant


@given(st.text(max_size=20))
def test_any_text_is_either_a_variant_or_an_error_that_lists_the_names(text: str) -> None:
    try:
        parse_variant(text)
    except UnknownVariantError as error:
        assert "sequential, baseline, all" in str(error)


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("baseline", set()),
        ("fix-3", {3}),
        ("fix-1+3+5", {1, 3, 5}),
        ("without-3", {1, 2, 4, 5, 6, 7}),
        ("upto-3", {5, 2, 3}),
        ("upto-7", {1, 2, 3, 4, 5, 6, 7}),
        ("all", {1, 2, 3, 4, 5, 6, 7}),
    ],
)
def test_a_name_says_which_fixes_are_made(name: str, changed: set[int]) -> None:
    variant = parse_variant(name)
    assert {int(fix) for fix in Fix if variant.form(fix) is Form.AFTER} == changed


@pytest.mark.parametrize(
    "name",
    [
        *("fix-8", "fix-0", "fix-1+1", "fix-", "fix-1+", "fix-3-by-rss", "upto-8", "without-3-as-written", "FIX-1"),
        *("fix-\u0661", "", "+", "cache", "cache-off+cache-off"),
    ],
)
def test_a_name_outside_the_rule_is_refused(name: str) -> None:
    with pytest.raises(UnknownVariantError):
        parse_variant(name)


def test_as_written_is_the_effective_form_where_the_letter_is_sound() -> None:
    assert parse_variant("fix-5-as-written") == parse_variant("fix-5")
    written = parse_variant("all-as-written")
    assert [written.form(fix) for fix in Fix].count(Form.AS_WRITTEN) == 6


def test_there_are_128_different_combinations() -> None:
    combinations = all_combinations()
    assert len(set(combinations)) == 128
    assert {BASELINE, ALL} <= set(combinations)
    assert SEQUENTIAL not in combinations


def test_the_priority_order_names_each_fix_once() -> None:
    assert [int(fix) for fix in PRIORITY] == [5, 2, 3, 1, 4, 7, 6]


def test_a_remedy_joins_any_name_and_two_names_of_one_variant_are_the_same() -> None:
    assert str(parse_variant("sequential+page-per-operation")) == "sequential+page-per-operation"
    assert parse_variant("baseline+cache-off") == parse_variant("cache-off") != BASELINE
    assert parse_variant("fix-1+3+replace-pages+cache-off") == parse_variant("fix-3+1+cache-off+replace-pages")


def test_of_fix_7_each_way_has_a_name_and_all_other_fixes_take_their_effective_form() -> None:
    variant = parse_variant("fix-3+7-by-rss")
    assert (variant.form(Fix.CLEAR_BATCHES), variant.form(Fix.SMALLER_BATCHES)) == (Form.AFTER, Form.BY_RSS)
    assert parse_variant("all-by-default").form(Fix.SMALLER_BATCHES) is Form.BY_DEFAULT


def test_bounded_is_all_fixes_and_a_variant_of_its_own() -> None:
    assert parse_variant("bounded") == BOUNDED != ALL
    assert str(BOUNDED) == "bounded"
    assert BOUNDED.forms == ALL.forms


def test_sequential_is_a_variant_of_its_own() -> None:
    assert str(SEQUENTIAL) == "sequential"
    assert parse_variant("sequential") == Variant(BASELINE.forms, sequential=True) != BASELINE
