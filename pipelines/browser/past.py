"""The documents that a page has shown before: in the back-forward cache first, then waiting to be collected."""

from membench.pipelines.browser.document import Document, touched


class Past:
    """What reuse leaves in a page. Collection keeps up with it only beyond a limit, oldest documents first."""

    __slots__ = ("_cached", "_left_behind", "_limit_bytes", "_most_cached", "_uncollected", "_uncollected_bytes")

    def __init__(self, most_cached: int, limit_bytes: int) -> None:
        self._most_cached = most_cached
        self._limit_bytes = limit_bytes
        self._cached: list[Document] = []
        self._uncollected: list[Document] = []
        self._uncollected_bytes = 0
        self._left_behind: list[object] = []

    def add(self, document: Document) -> None:
        """Take the document that is no longer shown, and what its visit leaves until the page is closed."""
        if document.left_behind_bytes:
            self._left_behind.append(touched(document.left_behind_bytes))
        document.hide()
        self._cached.append(document)
        if len(self._cached) > self._most_cached:
            self._discard(self._cached.pop(0))

    def _discard(self, document: Document) -> None:
        document.unload()
        self._uncollected.append(document)
        self._uncollected_bytes += document.dom_bytes
        while self._uncollected_bytes > self._limit_bytes:
            self._uncollected_bytes -= self._uncollected.pop(0).dom_bytes

    def collect(self) -> None:
        """Let go of all documents that wait for it. The back-forward cache is in use, and stays."""
        self._uncollected.clear()
        self._uncollected_bytes = 0
