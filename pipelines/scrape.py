"""The scrapers: teams of a competition, fixtures of a team."""

from typing import Any

from membench.pipelines.browser.page import Document, Node, require_ok
from membench.pipelines.browser.pool import PagePool
from membench.pipelines.fixture import FIELDS, HANDLE, Fixture
from membench.pipelines.markup import read_records
from membench.pipelines.site import Team


async def fetch_teams(pool: PagePool, competition_url: str) -> list[Team]:
    """Scrape the teams of one competition.

    Raises:
        VisitFailedError: its page could not be had.
    """
    return await pool.visit(competition_url, _read_teams)


async def fetch_fixtures(pool: PagePool, team: Team) -> list[Fixture]:
    """Scrape the fixtures of one team: full objects, each with a handle to its element.

    Raises:
        VisitFailedError: its page could not be had.
    """
    return await pool.visit(team.url, read_fixtures)


def _read_teams(document: Document) -> list[Team]:
    require_ok(document)
    return [Team(record["id"], record["name"], record["url"]) for record in read_records(document)]


def read_fixtures(document: Document) -> list[Fixture]:
    """Read the fixtures on a team's page."""
    require_ok(document)
    return [_fixture(record, Node(document, number)) for number, record in enumerate(read_records(document))]


def _fixture(record: dict[str, str], node: Node) -> Fixture:
    fixture: dict[str, Any] = {field: record[field] for field in FIELDS}
    fixture[HANDLE] = node
    return fixture
