from collections.abc import Callable

import pytest
import sample_documents as sample
import sample_findings as findings
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from sample_documents import HOSTILE

from membench.reports import wording
from membench.reports.document import Report
from membench.reports.formats.markdown import FORMAT, escape

_TEXT = {"text", "strong_open", "strong_close"}


def _parsed(markdown: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)


def _inlines(markdown: str) -> list[Token]:
    return [child for token in _parsed(markdown) for child in token.children or ()]


def _shape(report: Report) -> list[tuple[str, str]]:
    """List the blocks, with the text of those that are raw HTML."""
    return [(token.type, token.content * (token.type == "html_block")) for token in _parsed(FORMAT.render(report))]


def test_the_realistic_report_is_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("report.md", FORMAT.render(sample.realistic()))


def test_the_report_of_findings_is_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("report-findings.md", FORMAT.render(findings.realistic()))


def test_an_estimate_stands_with_its_interval() -> None:
    assert "10.60 MiB (8.60 MiB to 12.00 MiB)" in FORMAT.render(findings.sampled())


def test_the_report_of_failures_is_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("report-all-failed.md", FORMAT.render(sample.all_failed()))


def test_the_report_of_budgets_is_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("report-budgets.md", FORMAT.render(sample.budgets()))


def test_hostile_names_are_escaped_as_they_were(assert_golden: Callable[[str, str], None]) -> None:
    escaped = (f"- {kind}: {escape(text)}\n" for kind, text in HOSTILE.items())
    assert_golden("escaped-names.md", "".join(escaped))


def test_the_answers_come_before_the_first_table() -> None:
    rendered = FORMAT.render(sample.realistic())
    answers = rendered[: rendered.index("## ")]
    assert all(section.headline in answers for section in sample.realistic().sections)


def test_each_meter_has_a_table_of_its_own() -> None:
    rows = (sample.row("x", 1.0), sample.row("x", 2.0, meter="memray"))
    rendered = FORMAT.render(sample.report(sample.section(*rows)))
    assert rendered.count("### Peak memory (") == 2


def test_a_section_without_samples_says_so() -> None:
    assert "Nothing was measured." in FORMAT.render(sample.empty())


def test_rows_without_phases_get_no_empty_table_of_phases() -> None:
    assert "each phase" not in FORMAT.render(sample.all_failed())


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_stays_text(text: str) -> None:
    inlines = _inlines(FORMAT.render(sample.hostile(text)))
    assert {token.type for token in inlines} <= _TEXT | {"html_inline"}
    assert {token.content for token in inlines if token.type == "html_inline"} <= {"<!-- -->"}
    shown = "".join(token.content for token in inlines if token.type == "text")
    assert wording.plain(text) in shown


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_changes_no_block_of_the_document(text: str) -> None:
    assert _shape(sample.hostile(text)) == _shape(sample.hostile("name"))


@given(st.text() | st.text(alphabet="ab1 <>&|`\\*_[]()!#@:/.~$-+=w\n"))
def test_any_text_in_a_cell_is_read_back_as_it_was(text: str) -> None:
    inlines = _inlines(f"| a |\n| :--- |\n| {escape(text)} |\n")[1:]
    assert {token.type for token in inlines} <= {"text", "html_inline"}
    assert "".join(token.content for token in inlines if token.type == "text") == wording.plain(text)


@pytest.mark.parametrize("linked", ["@everyone", "#12", "https://evil.example", "www.evil.example", ":boom:", "a@b.c"])
def test_what_a_forge_would_link_is_kept_apart(linked: str) -> None:
    assert linked not in escape(linked).replace("\\", "")


def test_a_time_of_day_and_a_title_with_a_colon_are_left_alone() -> None:
    assert escape("fix 3: clear batches at 12:30:00") == "fix 3: clear batches at 12:30:00"
