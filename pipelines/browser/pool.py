"""A pool of pages: as many as are allowed, opened when first needed, given back whatever happens."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from membench.pipelines.browser.errors import BrowserError, VisitFailedError
from membench.pipelines.browser.page import Browser, Document, Page

T = TypeVar("T")

ATTEMPTS = 3
PAUSE_SECONDS = 1.0  # before the second attempt; doubled before the third


class PagePool:
    """Lends pages, `size` of them at most."""

    def __init__(self, browser: Browser, size: int) -> None:
        self._browser = browser
        self._free = asyncio.Semaphore(size)
        self._idle: list[Page] = []
        self.size = size
        self.lent = 0

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """Lend a page for the length of a `with`; a crashed one is not lent again."""
        async with self._free:
            page = self._idle.pop() if self._idle else self._browser.new_page()
            self.lent += 1
            try:
                yield page
            finally:
                self.lent -= 1
                if not page.crashed:
                    self._idle.append(page)

    async def visit(self, url: str, read: Callable[[Document], T]) -> T:
        """Load a page and read it, with up to `ATTEMPTS` attempts.

        Raises:
            VisitFailedError: the last attempt failed too.
        """
        failure = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(PAUSE_SECONDS * 2 ** (attempt - 1))
            try:
                async with self.page() as page:
                    return read(await page.goto(url, attempt))
            except BrowserError as error:
                # Only its words are kept: its traceback would keep the document alive until the next attempt.
                failure = f"{type(error).__name__}: {error}"
        raise VisitFailedError(failure)

    def close(self) -> None:
        """Close all pages that are not lent."""
        for page in self._idle:
            page.close()
        self._idle.clear()
