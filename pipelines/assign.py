"""Assigns what was scraped to the CMS."""

import asyncio

from membench.pipelines.cms import Cms
from membench.pipelines.fixture import Fixture

CMS_LATENCY_SECONDS = 0.05


async def assign_fixtures(cms: Cms, fixtures: list[Fixture]) -> None:
    """Write the fixtures of one team; doing it again changes nothing."""
    await asyncio.sleep(CMS_LATENCY_SECONDS)
    cms.upsert_fixtures(fixtures)
