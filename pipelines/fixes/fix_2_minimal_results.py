"""Fix 2: keep only the identifying fields of a fixture, instead of the full object with its page behind it."""

from collections.abc import Awaitable, Callable, Mapping

from membench.pipelines.fixes.claim import Claim, Of
from membench.pipelines.fixture import Fixture, minimal
from membench.pipelines.site import Team
from membench.pipelines.variant import Form

CLAIM = Claim(low=60, high=80, of=Of.OBJECT_PERCENT, loses="every field of a fixture but its identifier in the CMS")

Scrape = Callable[[Team], Awaitable[list[Fixture]]]
Assign = Callable[[list[Fixture]], Awaitable[None]]


async def _already_assigned(_: list[Fixture]) -> None:
    """Stand in for the later assignment where the task has done it."""


def before(scrape: Scrape, assign: Assign) -> tuple[Scrape, Assign]:
    """Return the full fixtures; they are assigned once their batch is complete."""
    return scrape, assign


def as_written(scrape: Scrape, assign: Assign) -> tuple[Scrape, Assign]:
    """Project first: what is assigned to the CMS afterwards is only the projection."""

    async def process(team: Team) -> list[Fixture]:
        return [minimal(fixture) for fixture in await scrape(team)]

    return process, assign


def after(scrape: Scrape, assign: Assign) -> tuple[Scrape, Assign]:
    """Assign the full fixtures to the CMS, then keep the projection only."""

    async def process(team: Team) -> list[Fixture]:
        fixtures = await scrape(team)
        await assign(fixtures)
        return [minimal(fixture) for fixture in fixtures]

    return process, _already_assigned


FORMS: Mapping[Form, Callable[[Scrape, Assign], tuple[Scrape, Assign]]] = {
    Form.BEFORE: before,
    Form.AS_WRITTEN: as_written,
    Form.AFTER: after,
}
"""Each form makes the function that a task runs for a team, and the one that assigns its result later."""
