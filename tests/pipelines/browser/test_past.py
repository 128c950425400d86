"""What a page holds of the documents that it has shown, and what makes it let go."""

import asyncio
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from typing import cast

import pytest

from membench.pipelines.browser.browser import Browser
from membench.pipelines.browser.clock import run_on_virtual_clock
from membench.pipelines.browser.open_pages import OpenPages
from membench.pipelines.browser.page import BrowserWeights
from membench.pipelines.browsing import Browsing, Results
from membench.pipelines.scrape import fetch_fixtures
from membench.pipelines.site import Response, Team

KB = 1000
DOM, LAYOUT, SURFACE, LEFT_BEHIND, PAGE = 100 * KB, 30 * KB, 10 * KB, 1 * KB, 50 * KB
FIELDS = "".join(
    f'<b data-field="{name}">x</b>'
    for name in ("game_id", "team_id", "home", "away", "venue", "kickoff", "status", "score", "url", "report")
)


class HeavySite:
    """Answers every address with the same heavy page."""

    def competitions(self) -> Iterator[str]:
        return iter(())

    def latency_seconds(self, url: str, attempt: int) -> float:
        return 0.1

    def respond(self, url: str, attempt: int) -> Response:
        markup = f"<html><article>{FIELDS}</article></html>".encode()
        return Response(200, markup, DOM, False, LAYOUT, SURFACE, LEFT_BEHIND)  # noqa: FBT003 - it does not crash


def browser(cached: int = 0, uncollected: int = 0, renderers: int = 99) -> Browser:
    return Browser(HeavySite(), BrowserWeights(0, PAGE, cached, uncollected, renderers))


async def held_kb(act: Callable[[], Awaitable[object]]) -> int:
    """Tell how much is held after an act, in whole kB beside the small objects of Python's own."""
    tracemalloc.start()
    try:
        kept = await act()
        held = tracemalloc.get_traced_memory()[0] // KB
        del kept
        return held // 10 * 10
    finally:
        tracemalloc.stop()


def after_visits(visits: int, *, collect: bool = False, close: bool = False, **rules: int) -> int:
    async def act() -> object:
        page = browser(**rules).new_page()
        for number in range(visits):
            await page.goto(f"/{number}", 0)
        if collect:
            page.collect()
        if close:
            page.close()
        return page

    async def main() -> int:
        await asyncio.sleep(0)
        return await held_kb(act)

    return run_on_virtual_clock(main())


def in_kb(*sizes: int) -> int:
    return sum(sizes) // KB // 10 * 10


def test_a_browser_that_forgets_at_once_holds_what_it_shows() -> None:
    assert after_visits(9) == pytest.approx(in_kb(PAGE, DOM, LAYOUT, SURFACE), abs=10)


def test_documents_that_were_shown_stay_until_their_limit_and_then_the_oldest_go() -> None:
    shown = PAGE + DOM + LAYOUT + SURFACE
    assert after_visits(3, uncollected=450 * KB) == pytest.approx(in_kb(shown, 2 * DOM), abs=20)
    assert after_visits(5, uncollected=450 * KB) == pytest.approx(in_kb(shown, 4 * DOM), abs=20)
    assert after_visits(30, uncollected=450 * KB) == pytest.approx(in_kb(shown, 4 * DOM, 29 * LEFT_BEHIND), abs=20)


def test_the_back_forward_cache_keeps_the_last_few_with_their_layout() -> None:
    assert after_visits(9, cached=2) == pytest.approx(
        in_kb(PAGE + SURFACE, 3 * (DOM + LAYOUT), 8 * LEFT_BEHIND), abs=20
    )


def test_a_collection_leaves_the_cache_and_what_visits_leave_behind() -> None:
    held = after_visits(9, cached=2, uncollected=9 * DOM, collect=True)
    assert held == pytest.approx(in_kb(PAGE + SURFACE, 3 * (DOM + LAYOUT), 8 * LEFT_BEHIND), abs=20)


def test_closing_a_page_gives_back_everything() -> None:
    assert after_visits(9, cached=2, uncollected=9 * DOM, close=True) < 20


def test_pages_beyond_the_most_renderers_share_one_and_are_not_painted() -> None:
    async def act() -> object:
        shared = browser(renderers=1)
        pages = [shared.new_page() for _ in range(3)]
        for page in pages:
            await page.goto("/", 0)
        return shared, pages

    async def main() -> int:
        return await held_kb(act)

    expected = in_kb(PAGE + SURFACE, 3 * (DOM + LAYOUT))
    assert run_on_virtual_clock(main()) == pytest.approx(expected, abs=20)


@pytest.mark.parametrize(
    ("results", "disposes", "while_held", "after"),
    [
        ("plain", False, 0, 0),
        ("handles", True, DOM + LAYOUT + SURFACE, 0),
        ("handles", False, DOM + LAYOUT + SURFACE, DOM + LAYOUT + SURFACE),
        ("open", True, PAGE + DOM + LAYOUT + SURFACE, 0),
        ("open", False, PAGE + DOM + LAYOUT + SURFACE, PAGE + DOM + LAYOUT + SURFACE),
    ],
)
def test_what_results_keep_alive_goes_with_them_only_where_handles_are_disposed_of(
    results: str, disposes: bool, while_held: int, after: int
) -> None:
    async def main() -> tuple[int, int]:
        tabs = browser()
        browsing = Browsing(BrowserWeights(0, PAGE), cast("Results", results), disposes=disposes)
        pages = browsing.pages(tabs, 1)
        lender = browsing.team_pages(tabs, pages)
        assert isinstance(lender, OpenPages) == (results == "open")
        team = Team("T", "a team", "/team/0")
        tracemalloc.start()
        fixtures = await fetch_fixtures(lender, team, lambda page, document: browsing.owner(tabs, page, document))
        if results != "open":
            await pages.visit("/other", lambda _, __: None)
        held = tracemalloc.get_traced_memory()[0]
        del fixtures
        left = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return held, left

    # The page of a pool goes on to show another document; it is there in any case.
    own = 0 if results == "open" else PAGE + DOM + LAYOUT + SURFACE
    held, left = run_on_virtual_clock(main())
    assert held == pytest.approx(while_held + own, abs=20 * KB)
    assert left == pytest.approx(after + own, abs=20 * KB)
