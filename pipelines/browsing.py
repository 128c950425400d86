"""How the program uses its browser: none of the seven fixes is about it, and the remedies are."""

from collections.abc import Callable
from typing import Literal

from membench.pipelines.browser.browser import Browser
from membench.pipelines.browser.document import Document
from membench.pipelines.browser.page import BrowserWeights, Page
from membench.pipelines.browser.pool import OnReturn, PagePool, Pages

Results = Literal["plain", "handles", "open"]
"""What a scraped fixture holds beside its fields.

plain: nothing. It is data, as `page.evaluate` returns it.
handles: its element, and so the document.
open: its element on a page of its own, which stays open for it.
"""

Lend = Callable[[Browser, int, tuple[OnReturn, ...]], Pages]
"""Makes the lender of pages: so many of them at most, told of each page that is given back."""


class Browsing:
    """The choices of a program; remedies change them before the browser is launched."""

    __slots__ = ("disposes", "lend", "on_return", "results", "weights")

    def __init__(self, weights: BrowserWeights, results: Results, *, disposes: bool) -> None:
        self.weights = weights
        self.results = results
        self.disposes = disposes  # of a handle, when it lets go of the object that holds it
        self.lend: Lend = PagePool
        self.on_return: tuple[OnReturn, ...] = ()

    def pages(self, browser: Browser, size: int) -> Pages:
        """Make the lender of all pages but those of open results."""
        return self.lend(browser, size, self.on_return)

    def team_pages(self, browser: Browser, pages: Pages) -> Pages:
        """Choose the lender of the pages that fixtures are read from."""
        if self.results != "open":
            return pages
        from membench.pipelines.browser.open_pages import OpenPages  # noqa: PLC0415 - only where there are any

        return OpenPages(browser)

    def owner(self, browser: Browser, page: Page, document: Document) -> object:
        """Tell what the handles to a document keep alive; one that is never disposed of keeps it for ever."""
        if self.results == "plain":
            return None
        if self.results == "handles":
            if not self.disposes:
                page.pin(document)
            return document
        if not self.disposes:
            browser.pin(page)
        return page
