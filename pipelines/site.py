"""The web site that is scraped: teams, addresses, and what the site answers. A scenario implements it."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class Team(NamedTuple):
    """A team and the address of the page with its fixtures."""

    id: str
    name: str
    url: str

    def __str__(self) -> str:
        """Name the team in errors."""
        return self.id


class Response(NamedTuple):
    """What the site answers to one request."""

    status: int
    markup: bytes  # well-formed XHTML, unless the scenario has it cut off
    dom_bytes: int  # what a browser holds of it beside its markup, until it is collected
    crashes: bool = False  # the page's process dies while it loads
    layout_bytes: int = 0  # what it holds besides while the page is shown or in the back-forward cache
    surface_bytes: int = 0  # what it holds besides while the page is shown
    left_behind_bytes: int = 0  # what a visit leaves in its tab until that is closed
    loading_seconds: float = 0.0  # from the answer to the end of loading


class Site(Protocol):
    """A site that answers the same to the same request, whenever it is asked."""

    def competitions(self) -> Iterator[str]:
        """Give the addresses of all competitions, one at a time."""
        ...

    def latency_seconds(self, url: str, attempt: int) -> float:
        """Tell how long the site takes to answer; `attempt` counts from 0."""
        ...

    def respond(self, url: str, attempt: int) -> Response:
        """Answer a request."""
        ...
