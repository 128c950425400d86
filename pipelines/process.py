"""The processor: competitions, game data batch by batch, validation, each in the forms that the variant takes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from membench.pipelines.assign import assign_fixtures
from membench.pipelines.browser.browser import Browser
from membench.pipelines.browser.page import BrowserWeights
from membench.pipelines.browsing import Browsing, Results
from membench.pipelines.cms import Cms
from membench.pipelines.config import ParallelConfig
from membench.pipelines.fixes import (
    fix_1_stream_results,
    fix_2_minimal_results,
    fix_3_clear_batches,
    fix_4_incremental_validation,
    fix_5_lower_concurrency,
    fix_6_clear_intermediates,
    fix_7_smaller_batches,
)
from membench.pipelines.fixes.fix_6_clear_intermediates import ItemError
from membench.pipelines.fixture import Fixture, FixtureRef, Validation, identifiers
from membench.pipelines.ids import HeldIds
from membench.pipelines.result import LeagueResult
from membench.pipelines.rss import read_rss
from membench.pipelines.scrape import fetch_fixtures, fetch_teams
from membench.pipelines.site import Site, Team
from membench.pipelines.validate import validate_fixture
from membench.pipelines.variant import Fix, Variant

if TYPE_CHECKING:
    from membench.pipelines.stored_ids import StoredIds

Mark = Callable[[str], None]
"""Told the name of each phase as it begins."""


class League(NamedTuple):
    """What a run works on."""

    site: Site
    weights: BrowserWeights
    cms: Cms
    mark: Mark
    results: Results = "handles"
    disposes: bool = True  # the program disposes of a handle with the object that holds it
    read_rss: Callable[[], int] = read_rss


async def process_league(league: League, variant: Variant, overrides: Mapping[str, int]) -> LeagueResult:
    """Run the whole system once.

    Args:
        league: the site, the browser's weights, the CMS to write to.
        variant: the form that each fix takes.
        overrides: settings of the environment (`config.read_overrides`).
    """
    limits = fix_5_lower_concurrency.limits(variant.form(Fix.LOWER_CONCURRENCY), overrides)
    browsing = Browsing(league.weights, league.results, disposes=league.disposes)
    if variant.remedies:
        from membench.pipelines.remedies import apply  # noqa: PLC0415 - only where there are any

        apply(variant.remedies, browsing, limits)
    browser = Browser(league.site, browsing.weights)
    try:
        if variant.sequential:
            from membench.pipelines.sequential import process_sequentially  # noqa: PLC0415 - the one variant that has it

            return await process_sequentially(league.site, browser, browsing, league.cms, league.mark)
        processor = _Processor(league, variant, limits, browser, browsing)
        result = await processor.run()
        processor.pages.close()
        return result
    finally:
        browser.close()


class _Processor:
    """The parallel system: one method for each stage."""

    def __init__(
        self, league: League, variant: Variant, limits: ParallelConfig, browser: Browser, browsing: Browsing
    ) -> None:
        self.league = league
        self.variant = variant
        self.limits = limits
        self.pages = browsing.pages(browser, limits.page_pool_size)
        self.team_pages = browsing.team_pages(browser, self.pages)
        self.owner = partial(browsing.owner, browser)
        self.result = LeagueResult(_kept_ids(league.cms) if variant.bounded else HeldIds())

    async def run(self) -> LeagueResult:
        self.league.mark("competitions")
        await self._find_teams()
        await self._process_game_data()
        self.league.mark("validate")
        await self._validate()
        return self.result

    async def _find_teams(self) -> None:
        async def fetch(url: str) -> list[Team]:
            return await fetch_teams(self.pages, url)

        async def store(teams: list[Team]) -> None:
            self.league.cms.upsert_teams(teams)

        deliver = fix_1_stream_results.FORMS[self.variant.form(Fix.STREAM_RESULTS)]
        outcome = await deliver(
            self.league.site.competitions(), fetch, self.limits.competitions_concurrency, store, self._collect
        )
        for teams in outcome.results:
            await store(teams)
        self._record(outcome.errors)

    async def _process_game_data(self) -> None:
        deliver = fix_1_stream_results.FORMS[self.variant.form(Fix.STREAM_RESULTS)]
        split = fix_2_minimal_results.FORMS[self.variant.form(Fix.MINIMAL_RESULTS)]
        run_batches = fix_3_clear_batches.FORMS[self.variant.form(Fix.CLEAR_BATCHES)]
        process, assign_later = split(self._scrape, self._assign)

        async def use(fixtures: list[Fixture]) -> None:
            await assign_later(fixtures)
            self._keep_ids(fixtures)

        async def scrape_batch(batch: list[Team]) -> list[list[Fixture]]:
            self.league.mark("scrape")
            outcome = await deliver(batch, process, self.limits.teams_concurrency, use, self._collect)
            self._record(outcome.errors)
            return outcome.results

        async def assign_batch(results: list[list[Fixture]]) -> None:
            self.league.mark("assign")
            for fixtures in results:
                await assign_later(fixtures)

        await run_batches(self.league.cms.teams(), self._next_size(), scrape_batch, assign_batch, self._keep_ids)

    async def _scrape(self, team: Team) -> list[Fixture]:
        return await fetch_fixtures(self.team_pages, team, self.owner)

    async def _assign(self, fixtures: list[Fixture]) -> None:
        await assign_fixtures(self.league.cms, fixtures)

    def _keep_ids(self, fixtures: list[Fixture]) -> None:
        self.result.scraped_ids.update(identifiers(fixtures))

    async def _validate(self) -> None:
        async def validate(fixture: FixtureRef) -> Validation:
            return await validate_fixture(self.pages, fixture)

        run = fix_4_incremental_validation.FORMS[self.variant.form(Fix.INCREMENTAL_VALIDATION)]
        await run(
            self._scraped_fixtures(),
            validate,
            self.limits.validation_concurrency,
            self.league.cms.save_validation,
            self._collect,
        )

    def _scraped_fixtures(self) -> Iterator[FixtureRef]:
        return (fixture for fixture in self.league.cms.fixtures() if fixture.game_id in self.result.scraped_ids)

    @property
    def _collect(self) -> fix_6_clear_intermediates.Collect:
        return fix_6_clear_intermediates.FORMS[self.variant.form(Fix.CLEAR_INTERMEDIATES)]

    def _next_size(self) -> Callable[[], int]:
        size = self.limits.game_data_batch_size
        if size is not None:
            return lambda: size
        return fix_7_smaller_batches.FORMS[self.variant.form(Fix.SMALLER_BATCHES)](self.league.read_rss)

    def _record(self, errors: Iterable[ItemError]) -> None:
        self.result.failures.extend((error.item, error.error) for error in errors)


def _kept_ids(cms: Cms) -> "StoredIds":
    from membench.pipelines.stored_ids import StoredIds  # noqa: PLC0415 - the one variant that has them

    return StoredIds(cms)
