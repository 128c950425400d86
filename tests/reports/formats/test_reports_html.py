import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
import sample_documents as sample
from hypothesis import given
from hypothesis import strategies as st
from sample_documents import HOSTILE

from membench.harness.model import Role
from membench.reports import wording
from membench.reports.document import Report
from membench.reports.formats.html import FORMAT
from membench.reports.page.assembly import as_json

_ADDRESSES = {"href", "src", "action", "srcset", "poster", "data", "formaction", "xlink:href"}


class _Page(HTMLParser):
    """Reads a page as a browser would, as far as elements, attributes and text go."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []  # element, attribute, value
        self.texts: list[str] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in self.raw:
            self.raw[self._inside].append(data)
        else:
            self.texts.append(data)


def _page(report: Report) -> _Page:
    return _Page(FORMAT.render(report))


def _data(page: _Page) -> Any:
    return json.loads(page.raw["script"][0])


def _body(report: Report) -> str:
    """Cut out what the document has a part in."""
    text = FORMAT.render(report)
    return text[text.index("<body>") : text.index('<script type="application/json"')]


def test_a_page_with_every_part_is_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    without_lines = replace(sample.with_findings(), timelines=(), growth=())
    assert_golden("page.html", _body(replace(sample.full(), sections=(without_lines,))))


def test_the_page_of_failures_is_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("page-all-failed.html", _body(sample.all_failed()))


def test_the_page_of_budgets_is_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("page-budgets.html", _body(sample.budgets()))


def test_a_mark_on_the_bar_says_where_the_budget_is_if_it_is_near() -> None:
    text = _body(sample.budgets())
    bars = re.findall(r'<svg class="bar".*?</svg>', text)
    assert ['class="budget"' in bar for bar in bars] == [True, True, True, False]
    assert ['class="over"' in bar for bar in bars] == [False, True, True, False]


def test_growth_without_samples_is_not_called_nothing_and_has_no_table_of_samples() -> None:
    text = _body(sample.report(sample.section(growth=sample.growth())))
    assert "Nothing was measured" not in text
    assert "All samples" not in text


def test_samples_that_have_no_row_are_counted() -> None:
    text = _body(sample.report(replace(sample.league(), left_out=1104)))
    assert "but for 1,104 that were measured to divide the saving" in text
    assert "but for" not in _body(sample.report(sample.league()))


def test_the_answers_come_first() -> None:
    text = FORMAT.render(sample.full())
    answers = text[: text.index("<main")]
    assert all(section.headline in answers for section in sample.full().sections)


@pytest.mark.parametrize("document", [sample.full, sample.all_failed, lambda: sample.hostile("http://evil.example")])
def test_nothing_is_loaded_from_anywhere(document: Callable[[], Report]) -> None:
    page = _page(document())
    addresses = [value for _, name, value in page.attributes if name in _ADDRESSES]
    assert all(value.startswith(("#", "./")) or value == "data:," for value in addresses)
    assert not {"iframe", "img", "object", "embed", "base", "form"} & set(page.elements)
    assert "http" not in "".join(page.raw["script"][1:] + page.raw["style"])
    assert "url(" not in page.raw["style"][0]
    assert "@import" not in page.raw["style"][0]


def test_the_policy_allows_what_stands_in_the_page_and_nothing_else() -> None:
    page = _page(sample.full())
    (policy,) = (value for tag, name, value in page.attributes if tag == "meta" and value.startswith("default-src"))
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy

    def hashes(texts: list[str]) -> set[str]:
        digests = (hashlib.sha256(text.encode()).digest() for text in texts)
        return {f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests}

    _, *scripts = page.raw["script"]
    assert hashes(scripts) <= set(rules["script-src"].split())
    assert hashes(page.raw["style"]) == set(rules["style-src"].split())
    # A policy with hashes refuses these wherever they stand.
    assert not [name for _, name, _ in page.attributes if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_stays_text(text: str) -> None:
    page, harmless = _page(sample.hostile_findings(text)), _page(sample.hostile_findings("name"))
    links = page.elements.count("a"), harmless.elements.count("a")
    assert links[0] <= links[1], "a file's name may be no link, and never brings one"
    assert [one for one in page.elements if one != "a"] == [one for one in harmless.elements if one != "a"]
    assert {name for _, name, _ in page.attributes} == {name for _, name, _ in harmless.attributes}
    assert wording.plain(text) in "".join(page.texts)
    assert _data(page)[0]["lines"][0]["name"] == wording.plain(text)


@given(st.text(alphabet=st.characters() | st.sampled_from("<>&/!-\u2028\u2029'\"")))
def test_any_text_comes_back_from_the_data_and_ends_no_element(text: str) -> None:
    written = as_json([text])
    assert json.loads(written) == [text]
    assert not set(written) & set("<>&\u2028\u2029\n")


def test_2000_samples_are_rows_of_one_table_and_the_charts_have_as_many_lines_as_can_be_read() -> None:
    report = sample.many_samples(2000)
    page = _page(report)
    table = re.search(r'<table class="plain samples[^"]*" role="table">.*?</table>', FORMAT.render(report), re.DOTALL)
    assert table is not None
    assert table[0].count('<tr role="row">') == 2001
    (chart,) = _data(page)
    assert len(chart["lines"]) == 30
    assert chart["lines"][0]["role"] == "before", "what all are compared with is not left out"
    assert "1940 more are in the" in FORMAT.render(report).replace('<a href="#samples">', "")
    assert "1970 more lines are in the results" in "".join(page.texts)


def test_a_section_without_phases_has_a_timeline_without_them() -> None:
    line = replace(sample.timeline("baseline", Role.BEFORE, 61.0, 2.0), phases=())
    page = _page(sample.report(sample.section(sample.row("baseline", 61.0, Role.BEFORE), timelines=(line,))))
    assert _data(page)[0]["lines"][0]["spans"] == []
    assert ("div", "class", "strips") not in page.attributes


def test_one_sample_alone_is_a_page_and_its_line_is_shown() -> None:
    line = sample.timeline("command", Role.OTHER, 31.0, 2.0)
    page = _page(sample.report(sample.section(sample.row("command", 31.0), timelines=(line,))))
    assert [entry["shown"] for entry in _data(page)[0]["lines"]] == [True]
    assert "31.00 MiB" in page.texts


def test_only_files_below_the_page_are_linked_and_the_others_are_named() -> None:
    page = _page(sample.full())
    links = [value for tag, name, value in page.attributes if (tag, name) == ("a", "href") and value[0] != "#"]
    assert links == ["./artifacts/baseline%20flame%20graph.html", "./javascript%3Aalert%281%29"]
    assert "../outside.html" in "".join(page.texts)


def test_a_share_of_a_failed_variant_is_no_bar_of_its_own_colour() -> None:
    text = FORMAT.render(sample.realistic())
    row = text[text.index("<code>fix-2-as-written") :]
    assert 'class="role-as-written unsound"' in row[: row.index("</tr>")]


def test_a_sense_that_nobody_measured_has_no_column() -> None:
    attribution = sample.attribution()
    rows = tuple(replace(row, shapley_bytes=None, leave_one_out_bytes=None) for row in attribution.rows)
    partly = replace(attribution, rows=rows, interactions=(), saved_bytes=None)
    text = FORMAT.render(sample.report(replace(sample.league(), attribution=partly)))
    assert 'data-label="alone"' in text
    assert 'data-label="share"' not in text
    assert "Fixes that replace" not in text


def test_claims_of_another_magnitude_have_a_scale_of_their_own() -> None:
    small, *_ = (claim for claim in sample.claims() if claim.unit == "MiB")
    large = replace(small, fix="all", claimed_low=500.0, claimed_high=700.0, measured=None)
    alone, both = (
        FORMAT.render(sample.report(sample.section(sample.row("x", 1.0), claims=claims)))
        for claims in ((small,), (small, large))
    )
    band = '<rect class="band"'
    assert alone[alone.index(band) :][:60] == both[both.index(band) :][:60]


def test_the_default_runs_page_is_small() -> None:
    assert len(FORMAT.render(sample.full()).encode()) < 2_000_000
