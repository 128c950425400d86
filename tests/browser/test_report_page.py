"""The page of a report in a browser: it works alone, sorts, filters, answers the keyboard, and fits."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sample_documents as sample
from sample_documents import HOSTILE

from membench.reports import wording
from membench.reports.document import Report
from membench.reports.formats.html import FORMAT

_DOCUMENTS = {
    "full": sample.full,
    "empty": sample.empty,
    "no section": sample.report,
    "all failed": sample.all_failed,
    "magnitudes": sample.magnitudes,
    "two meters": sample.two_meters,
    "budgets": sample.budgets,
}
_ROWS = ".samples tbody tr:not([hidden])"
_WIDTH = "document.documentElement.scrollWidth"


def _column(page: Any, number: int) -> list[str]:
    cells: list[str] = page.locator(f"{_ROWS} > :nth-child({number})").all_text_contents()
    return cells


def _heading(page: Any, name: str) -> Any:
    return page.locator(".samples th", has=page.get_by_role("button", name=name, exact=True))


@pytest.mark.parametrize("document", _DOCUMENTS.values(), ids=_DOCUMENTS)
def test_a_page_opens_without_a_complaint_and_asks_for_nothing(
    open_page: Callable[..., Any], document: Callable[[], Report]
) -> None:
    opened = open_page(FORMAT.render(document()))
    assert opened.complaints == []
    assert opened.asked_elsewhere == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_does_nothing_but_be_read(open_page: Callable[..., Any], text: str) -> None:
    opened = open_page(FORMAT.render(sample.hostile_findings(text)))
    page = opened.page
    # Wherever the script writes: the cursor's values, the order and the filter of the table.
    page.locator(".plot").first.press("End")
    page.get_by_role("button", name="variant", exact=True).click()
    page.get_by_label("Show those with").fill("<b>")
    assert wording.plain(text) in page.locator(".plot").first.get_attribute("aria-valuetext")
    assert page.locator("h1").text_content() == wording.plain(text)
    assert page.locator(".lines .phase").first.text_content() == wording.plain(text)
    assert opened.complaints == []
    assert opened.asked_elsewhere == []


def test_a_heading_sorts_by_value_both_ways_and_says_so(open_page: Callable[..., Any]) -> None:
    page = open_page(FORMAT.render(sample.full())).page
    heading, button = _heading(page, "median peak"), page.get_by_role("button", name="median peak")
    assert heading.get_attribute("aria-sort") == "none"
    button.click()
    assert heading.get_attribute("aria-sort") == "ascending"
    ascending = page.locator(f"{_ROWS} > :nth-child(3)").evaluate_all("cells => cells.map(c => Number(c.dataset.v))")
    assert ascending == sorted(ascending)
    button.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    descending = page.locator(f"{_ROWS} > :nth-child(3)").evaluate_all("cells => cells.map(c => Number(c.dataset.v))")
    assert descending == sorted(ascending, reverse=True)
    _heading(page, "variant").get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "none"


def test_what_has_no_figure_stays_at_the_end(open_page: Callable[..., Any]) -> None:
    rows = (sample.row("none", None), sample.row("large", 900.0), sample.row("small", 5.0))
    page = open_page(FORMAT.render(sample.report(sample.section(*rows)))).page
    button = page.get_by_role("button", name="median peak")
    button.click()
    assert _column(page, 2) == ["small", "large", "none"]
    button.click()
    assert _column(page, 2) == ["large", "small", "none"]


def test_the_filter_takes_rows_with_all_words_and_counts_them(open_page: Callable[..., Any]) -> None:
    page = open_page(FORMAT.render(sample.full())).page
    page.get_by_label("Show those with").fill("INCIDENT all")
    assert _column(page, 2) == ["all"]
    assert page.locator("#filter-count").inner_text() == "1 of 20"
    page.get_by_label("Show those with").fill("")
    assert page.locator("#filter-count").inner_text() == "20 of 20"


def test_2000_rows_are_sorted_and_filtered(open_page: Callable[..., Any]) -> None:
    opened = open_page(FORMAT.render(sample.many_samples(2000)))
    page = opened.page
    page.get_by_role("button", name="median peak").click()
    assert page.locator(_ROWS).count() == 2000
    page.get_by_label("Show those with").fill("variant-1999")
    assert _column(page, 2) == ["variant-1999"]
    assert opened.complaints == []


def test_the_arrow_keys_read_the_curves(open_page: Callable[..., Any]) -> None:
    page = open_page(FORMAT.render(sample.full())).page
    plot = page.locator("#s1-time .plot")
    values = page.locator("#s1-time .lines tr:not([hidden]) .value")
    assert set(values.all_inner_texts()) == {"-"}
    plot.focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    assert all(text.endswith(" MiB") for text in values.all_inner_texts())
    assert "baseline" in plot.get_attribute("aria-valuetext")
    assert " in scrape" in plot.get_attribute("aria-valuetext") or " in assign" in plot.get_attribute("aria-valuetext")


def test_another_line_can_be_set_beside_the_baseline(open_page: Callable[..., Any]) -> None:
    page = open_page(FORMAT.render(sample.full())).page
    names = page.locator("#s1-time .lines tbody tr:not([hidden]) th")
    assert names.all_inner_texts() == ["baseline", "all"]
    page.get_by_label("Compare with").first.select_option("fix-3")
    assert names.all_inner_texts() == ["baseline", "all", "fix-3"]
    assert page.locator("#s1-time .strip:not([hidden])").count() == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_fits_its_window_and_can_be_looked_at(
    open_page: Callable[..., Any], tmp_path: Path, width: int, scheme: str
) -> None:
    page = open_page(FORMAT.render(sample.full()), width=width, scheme=scheme).page
    assert page.evaluate(_WIDTH) == width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    picture = tmp_path / f"page-{scheme}-{width}.png"
    page.screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 50_000


@pytest.mark.parametrize("text", ["x" * 300, "word " * 60])
def test_a_name_however_long_does_not_push_the_page_apart(open_page: Callable[..., Any], text: str) -> None:
    page = open_page(FORMAT.render(sample.hostile_findings(text)), width=390).page
    assert page.evaluate(_WIDTH) == 390


def test_a_page_without_scripts_has_all_its_tables(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(FORMAT.render(sample.full()), encoding="utf-8")
    page = browser.new_page(java_script_enabled=False)
    page.goto(path.as_uri())
    assert page.locator(".samples tbody tr").count() == 20
    assert page.locator("noscript").first.is_visible()
    page.close()


def test_paper_gets_light_colours_and_what_was_folded(open_page: Callable[..., Any]) -> None:
    page = open_page(FORMAT.render(sample.full()), scheme="dark").page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"


def test_paper_is_wide_enough(open_page: Callable[..., Any]) -> None:
    page = open_page(FORMAT.render(sample.full()), width=688).page  # a sheet of A4 between its margins
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(_WIDTH) == 688
    assert not page.get_by_text("use the arrow keys").first.is_visible()


def test_the_skip_link_is_first_is_seen_and_leads_past_the_contents(open_page: Callable[..., Any]) -> None:
    page = open_page(FORMAT.render(sample.full())).page
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the content")
    assert link.evaluate("link => link === document.activeElement && link.getBoundingClientRect().height > 20")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_whatever_the_keyboard_reaches_shows_that_it_has_the_focus_and_has_a_name(
    open_page: Callable[..., Any],
) -> None:
    page = open_page(FORMAT.render(sample.full())).page
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        focus = page.locator("*:focus")
        reached.append(focus.evaluate("one => one.getAttribute('role') ?? one.tagName.toLowerCase()"))
        assert focus.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
        # The first line of a snapshot has the role, and the name in quotes.
        assert focus.evaluate("one => one.tagName === 'SUMMARY'") or '"' in focus.aria_snapshot().splitlines()[0]
    assert set(reached) == {"a", "select", "slider", "region", "summary", "input", "button"}
    assert reached.count("button") == 10, "every heading of the table of samples"


@pytest.mark.parametrize("document", _DOCUMENTS.values(), ids=_DOCUMENTS)
def test_no_level_of_headings_is_left_out(open_page: Callable[..., Any], document: Callable[[], Report]) -> None:
    page = open_page(FORMAT.render(document())).page
    levels = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all("found => found.map(one => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_screen_reader_is_told_what_is_over_its_budget(open_page: Callable[..., Any]) -> None:
    page = open_page(FORMAT.render(sample.budgets()), width=390).page
    told = page.get_by_role("table").first.aria_snapshot()
    assert "orders=50000 18.60 MiB over budget" in told
    assert 'columnheader "budget"' in told
    assert "2 of 4 budgets are exceeded" in page.get_by_role("banner").aria_snapshot()


@pytest.mark.parametrize("width", [1280, 390])
def test_every_figure_of_a_short_table_is_within_it(open_page: Callable[..., Any], width: int) -> None:
    page = open_page(FORMAT.render(sample.budgets()), width=width).page
    assert page.evaluate(_WIDTH) == width
    beyond = """cells => cells.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent)"""
    assert page.locator(".samples td, .samples th, .lines th").evaluate_all(beyond) == []
