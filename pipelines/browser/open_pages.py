"""Pages that stay open for what was read from them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from membench.pipelines.browser.browser import Browser
from membench.pipelines.browser.page import Page
from membench.pipelines.browser.pool import Pages


class OpenPages(Pages):
    """Opens a page for each visit and leaves it to those who hold handles to it: with the last of them it is closed."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """Lend a new page."""
        yield self._browser.new_page()
