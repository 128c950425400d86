"""The browser: it opens pages, and takes memory by itself from the first of them on."""

from weakref import WeakSet

from membench.pipelines.browser.document import touched
from membench.pipelines.browser.page import BrowserWeights, Page
from membench.pipelines.site import Site


class Browser:
    """Opens pages; launched with the first one, and from then on holds what a browser takes by itself."""

    def __init__(self, site: Site, weights: BrowserWeights) -> None:
        self._site = site
        self._weights = weights
        self._process: object = None
        self._open = WeakSet[Page]()
        self._pinned: list[Page] = []

    def launch(self) -> None:
        """Start the browser, unless it runs."""
        if not self._process:
            self._process = touched(self._weights.process_bytes)

    def new_page(self) -> Page:
        """Open a page."""
        self.launch()
        renderers = sum(not page.closed for page in self._open)
        page = Page(self._site, self._weights, own_renderer=renderers < self._weights.most_renderers)
        self._open.add(page)
        return page

    def pin(self, page: Page) -> None:
        """Keep a page open until the browser is closed."""
        self._pinned.append(page)

    def close(self) -> None:
        """Give back what the browser holds."""
        self._process = None
        self._pinned.clear()
