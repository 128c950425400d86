"""What the parts of a scenario weigh by themselves: each is made and held, and its peak is measured like any other."""

from importlib import import_module

from membench.pipelines.browser.browser import Browser
from membench.pipelines.browser.clock import run_on_virtual_clock
from membench.pipelines.browser.document import Document
from membench.pipelines.browser.page import BrowserWeights
from membench.pipelines.fixture import minimal
from membench.pipelines.markup import read_records
from membench.pipelines.scrape import fixtures_of
from membench.pipelines.site import Response
from membench.scenarios.synthetic.scenario import Scenario
from membench.scenarios.synthetic.site import SyntheticSite

FIXTURES = {"fixtures of 5 KB": (4600, 5000), "fixtures of 10 KB": (9600, 10000), "minimal fixtures": (4600, 5000)}
DOCUMENTS = {"nothing": 0, "one document": 1, "50 documents": 50}
PARTS = (*FIXTURES, *DOCUMENTS, "a browser", "a blank page more")


def weigh(scenario: str, part: str, cached: bool = True, collected: bool = False) -> int:  # noqa: FBT001, FBT002 - parameters of a workload
    """Hold one part of a scenario until the end of the call, and give a count of what it is made of.

    Args:
        scenario: the name of its module.
        part: one of `PARTS`.
        cached: whether the browser has its back-forward cache.
        collected: whether the browser is asked to collect after each document.
    """
    known: Scenario = import_module(f"membench.scenarios.{scenario}").SCENARIO
    if part in FIXTURES:
        return len(_fixtures(known._replace(fixture_bytes=FIXTURES[part]), smallest=part == "minimal fixtures"))
    weights = BrowserWeights(
        known.browser_bytes, known.page_bytes, known.most_cached if cached else 0, known.uncollected_bytes
    )
    browser = Browser(SyntheticSite(known, known.teams), weights)
    return len(run_on_virtual_clock(_pages(browser, part, collected=collected)))


async def _pages(browser: Browser, part: str, *, collected: bool) -> list[object]:
    if part == "nothing":
        return []
    browser.launch()
    held: list[object] = [browser]
    if part == "a blank page more":
        held.append(browser.new_page())
    elif part in DOCUMENTS:
        page = browser.new_page()
        held.append(page)
        for team in range(DOCUMENTS[part]):
            await page.goto(f"/team/{team}", 0)
            if collected:
                page.collect()
    return held


def _fixtures(scenario: Scenario, *, smallest: bool) -> list[object]:
    site = SyntheticSite(scenario, scenario.teams)
    held: list[object] = []
    for team in range(scenario.teams):
        response = site.respond(f"/team/{team}", 0)
        document = Document("", Response(response.status, response.markup, dom_bytes=0))
        fixtures = fixtures_of(read_records(document), owner=None)
        held.extend(map(minimal, fixtures) if smallest else fixtures)
    return held
