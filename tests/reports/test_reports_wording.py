import unicodedata
from dataclasses import replace

import pytest
import sample_findings as findings
from hypothesis import given
from hypothesis import strategies as st
from sample_documents import ended, row

from membench.harness.model import Outcome
from membench.reports import wording


@given(st.text())
def test_plain_text_is_one_line_of_characters_that_have_a_shape(text: str) -> None:
    shown = wording.plain(text)
    assert len(shown.splitlines()) <= 1
    assert all(unicodedata.category(character)[0] != "C" for character in shown)
    shown.encode("utf-8")


@given(st.text())
def test_plain_text_is_not_changed_again(text: str) -> None:
    assert wording.plain(wording.plain(text)) == wording.plain(text)


def test_an_escape_sequence_is_shown_as_what_it_is() -> None:
    assert wording.plain("\x1b[31mred") == r"\x1b[31mred"


@pytest.mark.parametrize(
    ("ratio", "printed"),
    [(-0.4918, "-49.2 %"), (0.003, "+0.3 %"), (0.0, "0.0 %"), (-0.0001, "0.0 %"), (24.5, "+2450.0 %"), (None, "-")],
)
def test_a_share_has_its_sign_and_no_share_has_a_dash(ratio: float | None, printed: str) -> None:
    assert wording.percent(ratio) == printed


@pytest.mark.parametrize(
    ("outcomes", "peak", "said"),
    [
        (ended(), 1.0, "ok"),
        (ended(wrong_output=5), 30.0, "wrong output: not a saving"),
        (ended(crashed=2), 30.0, "crashed 2/5: not a saving"),
        (ended(3, timed_out=1, crashed=1), 30.0, "crashed 1/3, timed out 1/3: not a saving"),
        (ended(3, timed_out=2, crashed=1), None, "timed out 2/3, crashed 1/3: no figure"),
        (ended(out_of_memory=5), None, "out of memory: no figure"),
        ((), None, "no trial was run: no figure"),
    ],
)
def test_an_outcome_says_in_words_why_a_peak_is_no_saving(
    outcomes: tuple[Outcome, ...], peak: float | None, said: str
) -> None:
    assert wording.outcome(row("x", peak, outcomes=outcomes)) == said


def test_a_variant_that_lost_data_is_given_no_change() -> None:
    lost = row("x", 30.0, outcomes=ended(wrong_output=5))
    assert (wording.change(lost), wording.change_share(lost)) == ("-", "-")


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [
        (49.24, "% of the peak", "49.2 %"),
        (29.951, "MiB", "29.95 MiB"),
        (-0.001, "MiB", "0.00 MiB"),
        (-1234.6, "MiB", "-1,235 MiB"),
        (None, "MiB", "-"),
        (1.0, "", "1.00 "),
    ],
)
def test_a_claimed_figure_is_printed_in_its_own_unit(value: float | None, unit: str, printed: str) -> None:
    assert wording.claim_figure(value, unit) == printed


def test_a_sense_with_a_stray_figure_has_no_column() -> None:
    whole = findings.attribution()
    stray = [replace(row, leave_one_out_bytes=0 if index == 5 else None) for index, row in enumerate(whole.rows)]
    headings = [column.heading for column in wording.attribution_columns(replace(whole, rows=tuple(stray)))]
    assert headings == ["alone", "share", "one by one"]
    assert wording.attribution_columns(replace(whole, rows=())) == []


def test_pairs_are_told_from_the_strongest_on_and_the_rest_is_counted() -> None:
    text = wording.interaction_words(findings.attribution())
    assert text[0].startswith("fix-1 and fix-2 replace each other")
    assert text[-1] == "the other 15 pairs are independent"
    alone = replace(findings.attribution(), interactions=findings.attribution().interactions[-1:])
    assert wording.interaction_words(alone) == ["the two are independent"]
