"""Validates fixtures: does the page of each one answer, and under the address it is known by?"""

from membench.pipelines.browser.document import Document
from membench.pipelines.browser.errors import HttpStatusError, VisitFailedError
from membench.pipelines.browser.page import Page
from membench.pipelines.browser.pool import Pages
from membench.pipelines.fixture import FixtureRef, Validation
from membench.pipelines.markup import read_records

FIRST_SERVER_ERROR = 500


async def validate_fixture(pages: Pages, fixture: FixtureRef) -> Validation:
    """Visit a fixture's page. A page that cannot be had makes the fixture invalid; it is no error of the run."""

    def read(_: Page, document: Document) -> Validation:
        # A server error may pass; any other status is the answer.
        if document.status >= FIRST_SERVER_ERROR:
            raise HttpStatusError(document.url, document.status)
        records = read_records(document)
        return Validation(
            game_id=fixture.game_id,
            url=fixture.url,
            canonical_url=records[0].get("url") if records else None,
            status=document.status,
            body=document.markup.decode(),
            error=None,
        )

    try:
        return await pages.visit(fixture.url, read)
    except VisitFailedError as failure:
        return Validation(
            game_id=fixture.game_id,
            url=fixture.url,
            canonical_url=None,
            status=None,
            body="",
            error=str(failure),
        )
