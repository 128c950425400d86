"""A page for each operation: opened for it and closed after it, instead of lent from a pool again and again."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from membench.pipelines.browser.browser import Browser
from membench.pipelines.browser.page import Page
from membench.pipelines.browser.pool import OnReturn, Pages
from membench.pipelines.browsing import Browsing
from membench.pipelines.config import ParallelConfig
from membench.pipelines.variant import Form

TITLE = "a page for each operation"


def before(_: Browsing, __: ParallelConfig) -> None:
    """Lend the pages of a pool: each goes on to hold what it has shown."""


class OwnPages(Pages):
    """Opens a page for each operation and closes it after. No pool bounds how many are open."""

    def __init__(self, browser: Browser, size: int, on_return: tuple[OnReturn, ...]) -> None:
        del size, on_return  # nothing is given back
        self._browser = browser

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """Lend a new page for the length of a `with`."""
        page = self._browser.new_page()
        try:
            yield page
        finally:
            page.close()


def after(browsing: Browsing, _: ParallelConfig) -> None:
    """Open a page for each operation: with it goes all that it has shown."""
    browsing.lend = OwnPages


FORMS: Mapping[Form, Callable[[Browsing, ParallelConfig], None]] = {Form.BEFORE: before, Form.AFTER: after}
