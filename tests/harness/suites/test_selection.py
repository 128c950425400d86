"""`-k` and `--tag`: which workloads are left."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.errors import UsageError
from membench.harness.model import Workload
from membench.harness.suites.selection import parse_expression, select

ORDERS = ("import-orders", "orders=1000,mode=fast", "nightly")
PAGES = ("scrape", "default", "web")


def workload(scenario: str, variant: str, *tags: str) -> Workload:
    return Workload(scenario=scenario, variant=variant, target="m:f", parameters={}, import_paths=(), tags=tags)


BOTH = [workload(*ORDERS), workload(*PAGES)]


@pytest.mark.parametrize(
    ("expression", "names", "selected"),
    [
        ("orders", ORDERS, True),
        ("ORDERS", ORDERS, True),
        ("orders=1000", ORDERS, True),
        ("nightly", ORDERS, True),
        ("not orders", ORDERS, False),
        ("orders and web", ORDERS, False),
        ("orders or web", PAGES, True),
        ("not orders and not web or scrape", PAGES, True),
        ("not (orders or scrape)", PAGES, False),
        ("not not web", PAGES, True),
        ("(((web)))", PAGES, True),
    ],
)
def test_words_stand_for_what_has_them_in_a_name_or_a_tag(
    expression: str, names: Sequence[str], selected: bool
) -> None:
    assert parse_expression(expression)(names) is selected


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "the end where a word was wanted"),
        ("orders and", "the end where a word was wanted"),
        ("or orders", "'or' where a word was wanted"),
        ("orders web", "'web' where `and`, `or` or the end was wanted"),
        ("(orders", "a parenthesis is left open"),
        ("orders)", "')' where `and`"),
        ("()", "')' where a word was wanted"),
        ("(" * 100_000, "more than 50 levels"),
        ("not " * 100_000, "more than 50 levels"),
    ],
)
def test_what_is_no_expression_is_one_error(expression: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        parse_expression(expression)


expressions = st.recursive(
    st.sampled_from(["a", "b", "c"]),
    lambda inner: st.one_of(
        inner.map("not {}".format),
        inner.map("({})".format),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
    ),
    max_leaves=12,
)


@given(expressions, st.sets(st.sampled_from("abc")))
def test_not_binds_before_and_and_and_before_or_as_in_python(expression: str, names: set[str]) -> None:
    meant = eval(expression, {}, {letter: letter in names for letter in "abc"})
    assert parse_expression(expression)(sorted(names)) is meant


@given(st.text(alphabet="ab() \t\nandortn", max_size=30))
def test_any_text_is_an_expression_or_an_error(text: str) -> None:
    try:
        assert parse_expression(text)(["a"]) in {True, False}
    except UsageError as error:
        assert "-k " in str(error)


def test_a_tag_keeps_those_that_have_one_of_the_tags() -> None:
    assert select(BOTH, None, ["web"]) == BOTH[1:]
    assert select(BOTH, None, ["web", "nightly"]) == BOTH
    assert select(BOTH, "not scrape", []) == BOTH[:1]
    assert select(BOTH, None, []) == BOTH


def test_a_selection_of_nothing_is_an_error_that_names_the_tags() -> None:
    with pytest.raises(
        UsageError, match=r"-k 'scrape' and --tag nightly selects none of 2 workloads\. Tags: nightly, web"
    ):
        select(BOTH, "scrape", ["nightly"])
