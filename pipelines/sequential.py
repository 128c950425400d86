"""The system before parallel processing: one item at a time, each result used and dropped before the next.

It shares no decision point with the parallel system, so its output is the reference that all variants are
checked against.
"""

from collections.abc import Callable
from functools import partial

from membench.pipelines.assign import assign_fixtures
from membench.pipelines.browser.browser import Browser
from membench.pipelines.browser.errors import VisitFailedError
from membench.pipelines.browsing import Browsing
from membench.pipelines.cms import Cms
from membench.pipelines.fixture import identifiers
from membench.pipelines.ids import HeldIds
from membench.pipelines.result import LeagueResult
from membench.pipelines.scrape import fetch_fixtures, fetch_teams
from membench.pipelines.site import Site
from membench.pipelines.validate import validate_fixture


async def process_sequentially(
    site: Site, browser: Browser, browsing: Browsing, cms: Cms, mark: Callable[[str], None]
) -> LeagueResult:
    """Run the whole system with one page and nothing in parallel."""
    result = LeagueResult(HeldIds())
    pages = browsing.pages(browser, 1)
    team_pages = browsing.team_pages(browser, pages)
    owner = partial(browsing.owner, browser)
    mark("competitions")
    for url in site.competitions():
        try:
            cms.upsert_teams(await fetch_teams(pages, url))
        except VisitFailedError as error:
            result.failures.append((url, f"{type(error).__name__}: {error}"))
    mark("scrape")
    for team in cms.teams():
        try:
            fixtures = await fetch_fixtures(team_pages, team, owner)
        except VisitFailedError as error:
            result.failures.append((str(team), f"{type(error).__name__}: {error}"))
            continue
        await assign_fixtures(cms, fixtures)
        result.scraped_ids.update(identifiers(fixtures))
        del fixtures  # or the last team's would be alive while the next one is scraped
    mark("validate")
    for fixture in cms.fixtures():
        if fixture.game_id in result.scraped_ids:
            cms.save_validation((await validate_fixture(pages, fixture)).record())
    pages.close()
    return result
