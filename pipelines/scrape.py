"""The scrapers: teams of a competition, fixtures of a team."""

from collections.abc import Callable
from typing import Any

from membench.pipelines.browser.document import Document, Node
from membench.pipelines.browser.page import Page, require_ok
from membench.pipelines.browser.pool import Pages
from membench.pipelines.fixture import FIELDS, HANDLE, Fixture
from membench.pipelines.markup import read_records
from membench.pipelines.site import Team

Owner = Callable[[Page, Document], object]
"""Tells what the handles to a document keep alive; None where results have no handles."""


async def fetch_teams(pages: Pages, competition_url: str) -> list[Team]:
    """Scrape the teams of one competition.

    Raises:
        VisitFailedError: its page could not be had.
    """
    return await pages.visit(competition_url, _read_teams)


async def fetch_fixtures(pages: Pages, team: Team, owner: Owner) -> list[Fixture]:
    """Scrape the fixtures of one team: full objects, each with a handle to its element where there are handles.

    Raises:
        VisitFailedError: its page could not be had.
    """

    def read(page: Page, document: Document) -> list[Fixture]:
        require_ok(document)
        return fixtures_of(read_records(document), owner(page, document))

    return await pages.visit(team.url, read)


def _read_teams(_: Page, document: Document) -> list[Team]:
    require_ok(document)
    return [Team(record["id"], record["name"], record["url"]) for record in read_records(document)]


def fixtures_of(records: list[dict[str, str]], owner: object) -> list[Fixture]:
    """Make fixtures of the records of a team's page; their handles keep `owner` alive."""
    return [_fixture(record, owner, number) for number, record in enumerate(records)]


def _fixture(record: dict[str, str], owner: object, number: int) -> Fixture:
    fixture: dict[str, Any] = {field: record[field] for field in FIELDS}
    if owner is not None:
        fixture[HANDLE] = Node(owner, number)
    return fixture
