"""What can go wrong with a page."""


class BrowserError(Exception):
    """A page could not be had or read; another attempt may succeed."""


class NavigationTimeoutError(BrowserError):
    """The site did not answer within the time limit."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} did not answer in time")


class PageCrashedError(BrowserError):
    """The page's process died."""

    def __init__(self, url: str) -> None:
        super().__init__(f"the page crashed while loading {url}")


class HttpStatusError(BrowserError):
    """The site answered with an error."""

    def __init__(self, url: str, status: int) -> None:
        super().__init__(f"{url} answered {status}")


class MalformedPageError(BrowserError):
    """The markup of a page cannot be read to its end."""

    def __init__(self, url: str) -> None:
        super().__init__(f"the markup of {url} is cut off or malformed")


class VisitFailedError(Exception):
    """Every attempt at a page failed; the message is that of the last one."""
