"""A browser, its pages, and the documents they show. All of them hold the bytes that they stand for."""

import asyncio
from typing import NamedTuple

from membench.pipelines.browser.errors import HttpStatusError, NavigationTimeoutError, PageCrashedError
from membench.pipelines.site import Site

NAVIGATION_TIMEOUT_SECONDS = 30.0  # Puppeteer's default
FIRST_HTTP_ERROR = 400


class BrowserWeights(NamedTuple):
    """What the browser takes by itself, in bytes; a scenario states it and where it comes from."""

    process_bytes: int  # from launch to close
    page_bytes: int  # for each open page, whatever it shows


def touched(size: int) -> bytes:
    """Make `size` bytes that are resident; zeros would be mapped lazily and never become so."""
    return b"\xa5" * size


class Document:
    """What a page shows, as long as the page or anyone with a node of it holds it."""

    __slots__ = ("_dom", "markup", "status", "url")

    def __init__(self, url: str, status: int, markup: bytes, dom_bytes: int) -> None:
        self.url = url
        self.status = status
        self.markup = markup
        self._dom = touched(dom_bytes)


class Node:
    """An element of a document. Like any handle it keeps the whole document alive."""

    __slots__ = ("document", "number")

    def __init__(self, document: Document, number: int) -> None:
        self.document = document
        self.number = number


class Page:
    """One tab: shows one document at a time."""

    def __init__(self, site: Site, weights: BrowserWeights) -> None:
        self._site = site
        self._process = touched(weights.page_bytes)
        self._document: Document | None = None
        self.crashed = False

    async def goto(self, url: str, attempt: int) -> Document:
        """Load an address and show it, errors of the site included.

        Raises:
            NavigationTimeoutError: the site took longer than `NAVIGATION_TIMEOUT_SECONDS`.
            PageCrashedError: the page died; it cannot be used any more.
        """
        self._document = None  # a browser unloads the old document before it builds the new one
        try:
            async with asyncio.timeout(NAVIGATION_TIMEOUT_SECONDS):
                await asyncio.sleep(self._site.latency_seconds(url, attempt))
        except TimeoutError:
            raise NavigationTimeoutError(url) from None
        response = self._site.respond(url, attempt)
        if response.crashes:
            self.close()
            self.crashed = True
            raise PageCrashedError(url)
        self._document = Document(url, response.status, response.markup, response.dom_bytes)
        return self._document

    def close(self) -> None:
        """Give back what the page holds."""
        self._document = None
        self._process = b""


def require_ok(document: Document) -> None:
    """Refuse a document that is the site's error page.

    Raises:
        HttpStatusError: the status is 400 or above.
    """
    if document.status >= FIRST_HTTP_ERROR:
        raise HttpStatusError(document.url, document.status)


class Browser:
    """Opens pages; launched with the first one, and from then on holds what a browser takes by itself."""

    def __init__(self, site: Site, weights: BrowserWeights) -> None:
        self._site = site
        self._weights = weights
        self._process = b""

    def new_page(self) -> Page:
        """Open a page."""
        if not self._process:
            self._process = touched(self._weights.process_bytes)
        return Page(self._site, self._weights)

    def close(self) -> None:
        """Give back what the browser holds."""
        self._process = b""
