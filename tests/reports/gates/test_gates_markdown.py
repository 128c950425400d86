"""The Markdown of a gate: what does not pass first, what passes folded, names as text, and never too large."""

from collections.abc import Callable

import pytest
import sample_judgements as sample
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from sample_documents import HOSTILE

from membench.harness.gate.verdicts import Judgement, Verdict
from membench.reports import wording
from membench.reports.gates.markdown import FORMAT, LARGEST_BYTES

_FOLD = {"<details>", "<summary>", "</summary>", "</details>"}
HOSTILE_HERE = HOSTILE | {
    "command": "::error file=a.py,line=1::owned",
    "old command": "##[error]owned",
    "fold": "</details></summary>",
    "list": "- a\n1. b\n> c\n    code",
    "team": "@org/team and user@example.org",
}


def _parsed(markdown: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)


def _inlines(markdown: str) -> list[Token]:
    return [child for token in _parsed(markdown) for child in token.children or ()]


def _shape(judgement: Judgement) -> list[tuple[str, str]]:
    return [(token.type, token.content * (token.type == "html_block")) for token in _parsed(FORMAT.render(judgement))]


def test_every_verdict_is_shown_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("gate.md", FORMAT.render(sample.every_verdict()))


def test_a_gate_that_passes_is_shown_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("gate-pass.md", FORMAT.render(sample.all_pass()))


def test_it_is_two_tables_of_which_the_second_is_folded() -> None:
    tokens = _parsed(FORMAT.render(sample.every_verdict()))
    kinds = [token.content.strip() if token.type == "html_block" else token.type for token in tokens]
    tables = [index for index, kind in enumerate(kinds) if kind == "table_open"]
    (fold,) = (index for index, kind in enumerate(kinds) if kind.startswith("<details>"))
    assert tables[0] < fold < tables[1] < kinds.index("</details>")
    rows = [kinds[start : kinds.index("table_close", start)].count("tr_open") for start in tables]
    assert rows == [1 + 6, 1 + 2]


def test_a_cause_stands_below_its_row_with_file_line_and_function() -> None:
    texts = [token.content for token in _parsed(FORMAT.render(sample.every_verdict())) if token.type == "inline"]
    reason = next(index for index, text in enumerate(texts) if "the peak rose by" in text)
    assert texts[reason + 1].replace("\\", "") == "+3.00 MiB at shop/imports.py:42 in load_orders"


def test_rows_of_several_meters_are_told_apart() -> None:
    rows = (sample.row("all", Verdict.PASS), sample.row("all", Verdict.NEW, meter="memray"))
    rendered = FORMAT.render(sample.judgement(*rows))
    assert "all (peak\\_rss)" in rendered
    assert "all (memray)" in rendered
    assert "peak\\_rss" not in FORMAT.render(sample.judgement(*rows[:1]))


@pytest.mark.parametrize("text", HOSTILE_HERE.values(), ids=HOSTILE_HERE)
def test_a_hostile_name_stays_text(text: str) -> None:
    inlines = _inlines(FORMAT.render(sample.hostile(text)))
    html = {token.content for token in inlines if token.type == "html_inline"}
    assert {token.type for token in inlines} <= {"text", "strong_open", "strong_close", "html_inline", "softbreak"}
    assert html <= {"<!-- -->"}
    assert wording.plain(text) in "".join(token.content for token in inlines if token.type == "text")


@pytest.mark.parametrize("text", HOSTILE_HERE.values(), ids=HOSTILE_HERE)
def test_a_hostile_name_changes_no_block_of_the_document(text: str) -> None:
    assert _shape(sample.hostile(text)) == _shape(sample.hostile("name"))


@pytest.mark.parametrize("linked", ["@everyone", "#12", "https://evil.example", "www.evil.example", "user@example.org"])
def test_what_github_would_link_or_call_is_kept_apart(linked: str) -> None:
    rendered = FORMAT.render(sample.hostile(linked)).replace("\\", "")
    assert linked not in rendered


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=30) | st.text(alphabet="<>&|`\\*_[]()!#@:-\n x", min_size=1, max_size=30))
def test_no_name_adds_html_of_its_own(text: str) -> None:
    tokens = _parsed(FORMAT.render(sample.hostile(text)))
    html = [child.content for token in tokens for child in token.children or () if child.type == "html_inline"]
    blocks = [line for token in tokens if token.type == "html_block" for line in token.content.split("\n")]
    assert set(html) <= {"<!-- -->"}
    assert {line.strip() for line in blocks} <= {"", "<details>", "</details>", "<summary>2 that pass</summary>"}


@pytest.mark.parametrize("letter", ["x", "|", "\\", "<", "@", "\U0010ffff", "é"])
def test_it_fits_64_kb_whatever_comes_in(letter: str) -> None:
    rendered = FORMAT.render(sample.huge(5000 if letter == "x" else 40, letter))
    assert len(rendered.encode()) <= LARGEST_BYTES
    assert "more that do not pass" in rendered
    assert rendered.startswith("## Peak memory gate: failed\n")
    assert rendered.count("**failed**") >= 1


def test_of_5000_plain_rows_as_many_are_shown_as_fit_and_the_rest_is_counted() -> None:
    rows = [sample.row(f"orders={number}", Verdict.PASS) for number in range(5000)]
    rendered = FORMAT.render(sample.judgement(*rows))
    shown = rendered.count("| pass |")
    assert shown >= 300
    assert f"And {5000 - shown} more." in rendered
    assert "<summary>5000 that pass</summary>" in rendered
    assert len(rendered.encode()) <= LARGEST_BYTES
