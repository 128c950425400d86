"""Lends pages: as many as are allowed, opened when first needed, given back whatever happens."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

from membench.pipelines.browser.browser import Browser
from membench.pipelines.browser.document import Document
from membench.pipelines.browser.errors import BrowserError, VisitFailedError
from membench.pipelines.browser.page import Page

T = TypeVar("T")

ATTEMPTS = 3
PAUSE_SECONDS = 1.0  # before the second attempt; doubled before the third

OnReturn = Callable[[Page], None]
"""Told of each page that is given back; it may close it."""


class Pages:
    """Where the program gets its pages from."""

    def page(self) -> AbstractAsyncContextManager[Page]:
        """Lend a page for the length of a `with`."""
        raise NotImplementedError

    async def visit(self, url: str, read: Callable[[Page, Document], T]) -> T:
        """Load an address and read it, with up to `ATTEMPTS` attempts.

        Raises:
            VisitFailedError: the last attempt failed too.
        """
        failure = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(PAUSE_SECONDS * 2 ** (attempt - 1))
            try:
                async with self.page() as page:
                    return read(page, await page.goto(url, attempt))
            except BrowserError as error:
                # Only its words are kept: its traceback would keep the document alive until the next attempt.
                failure = f"{type(error).__name__}: {error}"
        raise VisitFailedError(failure)

    def close(self) -> None:
        """Close all pages that are not lent."""


class PagePool(Pages):
    """Lends the same pages again and again, `size` of them at most."""

    def __init__(self, browser: Browser, size: int, on_return: tuple[OnReturn, ...] = ()) -> None:
        self._browser = browser
        self._free = asyncio.Semaphore(size)
        self._on_return = on_return
        self._idle: list[Page] = []
        self.size = size
        self.lent = 0

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """Lend a page for the length of a `with`; a closed one is not lent again."""
        async with self._free:
            page = self._idle.pop() if self._idle else self._browser.new_page()
            self.lent += 1
            try:
                yield page
            finally:
                self.lent -= 1
                for told in self._on_return:
                    told(page)
                if not page.closed:
                    self._idle.append(page)

    def close(self) -> None:
        """Close all pages that are not lent."""
        for page in self._idle:
            page.close()
        self._idle.clear()
