"""The page that explains, in a browser: the flame graph is searched, zoomed and walked through by keys, and fits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sample_documents import HOSTILE
from sample_explanations import explanation

from membench.reports import wording
from membench.reports.page.explanation import MOST_NODES, render_explanation


def _boxes(page: Any, colour: str = "") -> list[str]:
    """Name the boxes that are drawn, or those of one kind of colour."""
    script = """kind => [...document.querySelectorAll("#flame g.frame")].filter(g => {
      const [r, , b] = g.querySelector("rect").getAttribute("fill").match(/\\d+/g).map(Number);
      return !kind || (kind === "red" ? r > b + 40 : kind === "blue" ? b > r + 40 : Math.abs(r - b) <= 40);
    }).map(g => g.getAttribute("name"))"""
    names: list[str] = page.evaluate(script, colour)
    return names


def _until(page: Any, script: str) -> None:
    """Wait for what a script says; Playwright's own way is to evaluate text in the page, which the policy forbids."""
    for _ in range(200):
        if page.evaluate(script):
            return
        page.wait_for_timeout(25)
    pytest.fail(f"never true: {script}")


def _said(page: Any) -> str:
    text: str = page.locator("#flame-says").inner_text()
    return text


def test_the_picture_opens_without_a_complaint_and_asks_for_nothing(open_page: Callable[..., Any]) -> None:
    opened = open_page(render_explanation(explanation()))
    page = opened.page
    _until(page, "document.querySelectorAll('#flame .d3-flame-graph-label').length > 5")
    assert {"all", "main", "run", "parse", "load", "old"} <= set(_boxes(page))
    assert "load" in _boxes(page, "red")
    assert _boxes(page, "blue") == ["old"]
    assert "parse" in _boxes(page, "same")
    assert opened.complaints == []
    assert opened.asked_elsewhere == []


def test_keys_walk_zoom_and_go_back(open_page: Callable[..., Any]) -> None:
    page = open_page(render_explanation(explanation())).page
    page.focus("#flame")
    assert _said(page).startswith("all: orders~1 9 MiB, orders now 32 MiB (+23 MiB)")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    assert _said(page).startswith("load main.py:3 return load_rows: orders~1 0 B, orders now 24 MiB (+24 MiB, new)")
    page.keyboard.press("ArrowRight")
    assert _said(page).startswith("parse")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    _until(
        page,
        "Math.abs(document.querySelector('#flame g.frame[name=load] rect').getBoundingClientRect().width"
        " - document.querySelector('#flame svg').clientWidth) < 4",
    )
    assert "parse" not in _boxes(page)
    assert page.locator("#flame-reset").is_enabled()
    page.keyboard.press("Escape")
    _until(page, "document.querySelector('#flame g.frame[name=parse]') !== null")
    assert page.locator("#flame-reset").is_disabled()


def test_a_search_marks_and_adds_up_what_it_finds_once(open_page: Callable[..., Any]) -> None:
    page = open_page(render_explanation(explanation())).page
    page.focus("#flame")
    page.keyboard.press("/")
    page.keyboard.type("RUN")
    assert page.locator("#flame-found").inner_text() == "1 frames: orders~1 8 MiB, orders now 32 MiB (+24 MiB)"
    page.fill("#flame-search", "main.py")
    # All that is below main is in it already.
    assert page.locator("#flame-found").inner_text() == "5 frames: orders~1 9 MiB, orders now 32 MiB (+23 MiB)"
    page.fill("#flame-search", "(")
    assert page.locator("#flame-found").inner_text() == "Nothing found."
    page.keyboard.press("Escape")
    assert page.locator("#flame-found").inner_text() == ""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_does_nothing_but_be_read(open_page: Callable[..., Any], text: str) -> None:
    opened = open_page(render_explanation(explanation(name=text, function=text)))
    page = opened.page
    page.focus("#flame")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.fill("#flame-search", text[:5])
    assert wording.plain(text) in page.evaluate("document.getElementById('flame-says').textContent")
    assert opened.complaints == []
    assert opened.asked_elsewhere == []


def test_a_picture_of_a_large_program_is_folded_and_the_page_stays_below_2_mb(open_page: Callable[..., Any]) -> None:
    text = render_explanation(explanation(many=3 * MOST_NODES))
    assert len(text.encode()) < 2_000_000
    opened = open_page(text)
    assert any(name.endswith(" smaller") for name in _boxes(opened.page))
    assert opened.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_its_window(open_page: Callable[..., Any], tmp_path: Path, width: int, scheme: str) -> None:
    page = open_page(render_explanation(explanation()), width=width, scheme=scheme).page
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.screenshot(path=tmp_path / f"explanation-{scheme}-{width}.png", full_page=True)


def test_the_same_explanation_gives_the_same_page() -> None:
    assert render_explanation(explanation()) == render_explanation(explanation())
