"""Fix 3: drop a batch's results once they are used, instead of keeping those of all batches."""

import gc
from collections.abc import Awaitable, Callable, Iterable, Mapping

from membench.pipelines.fixes.claim import Claim, Of
from membench.pipelines.fixture import Fixture
from membench.pipelines.parallel import in_batches, process_in_batches
from membench.pipelines.site import Team
from membench.pipelines.variant import Form

CLAIM = Claim(low=2, high=5, of=Of.MEGABYTES)

TeamFixtures = list[Fixture]
ScrapeBatch = Callable[[list[Team]], Awaitable[list[TeamFixtures]]]
AssignBatch = Callable[[list[TeamFixtures]], Awaitable[None]]
KeepIds = Callable[[TeamFixtures], None]
NextSize = Callable[[], int]

BATCHES_BETWEEN_COLLECTIONS = 3


async def before(
    teams: Iterable[Team], next_size: NextSize, scrape: ScrapeBatch, assign: AssignBatch, keep_ids: KeepIds
) -> None:
    """Keep the results of all batches, and take their identifiers at the end."""

    async def scrape_and_assign(batch: list[Team]) -> list[TeamFixtures]:
        results = await scrape(batch)
        await assign(results)
        return results

    for fixtures in await process_in_batches(teams, scrape_and_assign, next_size):
        keep_ids(fixtures)


class _Fetcher:
    """Scrapes a batch and keeps what it scraped, as the objects of the described system do."""

    def __init__(self, scrape: ScrapeBatch, batch: list[Team]) -> None:
        self._scrape = scrape
        self._batch = batch
        self._results: list[TeamFixtures] = []

    async def setup(self) -> list[TeamFixtures]:
        self._results = await self._scrape(self._batch)
        return self._results


class _Assigner:
    """Assigns a batch to the CMS and keeps what it was given."""

    def __init__(self, assign: AssignBatch, results: list[TeamFixtures]) -> None:
        self._assign = assign
        self._results = results

    async def setup(self) -> None:
        await self._assign(self._results)


async def as_written(
    teams: Iterable[Team], next_size: NextSize, scrape: ScrapeBatch, assign: AssignBatch, keep_ids: KeepIds
) -> None:
    """Clear the variable that holds the batch; the assigner still holds it while the next one is scraped."""
    for number, batch in enumerate(in_batches(iter(teams), next_size)):
        fetcher = _Fetcher(scrape, batch)
        results: list[TeamFixtures] | None = await fetcher.setup()
        if not results:
            continue
        for fixtures in results:
            keep_ids(fixtures)
        # The loop's own name would be one more holder that the described code does not have.
        del fixtures
        assigner = _Assigner(assign, results)
        await assigner.setup()
        results = None
        if number % BATCHES_BETWEEN_COLLECTIONS == 0:
            gc.collect()


async def after(
    teams: Iterable[Team], next_size: NextSize, scrape: ScrapeBatch, assign: AssignBatch, keep_ids: KeepIds
) -> None:
    """Let every name that holds a batch die before the next one starts."""

    async def use(results: list[TeamFixtures]) -> None:
        await assign(results)
        for fixtures in results:
            keep_ids(fixtures)

    await process_in_batches(teams, scrape, next_size, on_batch=use)


FORMS: Mapping[Form, Callable[[Iterable[Team], NextSize, ScrapeBatch, AssignBatch, KeepIds], Awaitable[None]]] = {
    Form.BEFORE: before,
    Form.AS_WRITTEN: as_written,
    Form.AFTER: after,
}
