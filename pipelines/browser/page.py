"""A tab: it shows one document at a time, and holds those it has shown until they are collected."""

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from membench.pipelines.browser.document import Document, touched
from membench.pipelines.browser.errors import HttpStatusError, NavigationTimeoutError, PageCrashedError
from membench.pipelines.site import Site

if TYPE_CHECKING:
    from membench.pipelines.browser.past import Past

NAVIGATION_TIMEOUT_SECONDS = 30.0  # Puppeteer's default
FIRST_HTTP_ERROR = 400


class BrowserWeights(NamedTuple):
    """What the browser takes by itself, and its rules; a scenario states both and where they come from."""

    process_bytes: int  # from launch to close
    page_bytes: int  # for each open page that has a renderer of its own, whatever it shows
    most_cached: int = 0  # documents of a page in the back-forward cache
    uncollected_bytes: int = 0  # of a page: what its unreachable documents may add up to before they are collected
    most_renderers: int = 10_000  # pages beyond that share one


def _past(weights: BrowserWeights) -> "Past | None":
    """Make room for what has been shown, unless this browser forgets it at once."""
    if not (weights.most_cached or weights.uncollected_bytes):
        return None
    from membench.pipelines.browser.past import Past  # noqa: PLC0415 - only where there is any

    return Past(weights.most_cached, weights.uncollected_bytes)


class Page:
    """One tab, from being opened to being closed."""

    def __init__(self, site: Site, weights: BrowserWeights, *, own_renderer: bool = True) -> None:
        self._site = site
        self._own_renderer = own_renderer
        self._renderer: object = touched(weights.page_bytes if own_renderer else 0)
        self._past = _past(weights)
        self._shown: Document | None = None
        self._pinned: list[Document] = []
        self.uses = 0
        self.closed = False

    async def goto(self, url: str, attempt: int) -> Document:
        """Load an address and show it, errors of the site included.

        Raises:
            NavigationTimeoutError: the site took longer than `NAVIGATION_TIMEOUT_SECONDS`.
            PageCrashedError: the page died; it cannot be used any more.
        """
        self.uses += 1
        self._leave()  # a browser unloads the old document before it builds the new one
        try:
            async with asyncio.timeout(NAVIGATION_TIMEOUT_SECONDS):
                await asyncio.sleep(self._site.latency_seconds(url, attempt))
        except TimeoutError:
            raise NavigationTimeoutError(url) from None
        response = self._site.respond(url, attempt)
        if response.crashes:
            self.close()
            raise PageCrashedError(url)
        self._shown = Document(url, response)
        if not self._own_renderer:
            self._shown.hide()  # the renderer paints the page that it was started for
        if response.loading_seconds:
            await asyncio.sleep(response.loading_seconds)
        return self._shown

    def _leave(self) -> None:
        if self._shown is not None:
            if self._past is not None:
                self._past.add(self._shown)
            self._shown = None

    def pin(self, document: Document) -> None:
        """Keep a document until the page is closed: a handle to it was given out and is never disposed of."""
        self._pinned.append(document)

    def collect(self) -> None:
        """Collect the documents that nobody can reach any more."""
        if self._past is not None:
            self._past.collect()

    def close(self) -> None:
        """Give back all that the page holds."""
        self.closed = True
        self._shown = None
        self._past = None
        self._pinned.clear()
        self._renderer = None


def require_ok(document: Document) -> None:
    """Refuse a document that is the site's error page.

    Raises:
        HttpStatusError: the status is 400 or above.
    """
    if document.status >= FIRST_HTTP_ERROR:
        raise HttpStatusError(document.url, document.status)
