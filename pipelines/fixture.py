"""A fixture as it is scraped, as it is kept, and as it is validated."""

from collections.abc import Iterator
from typing import Any, NamedTuple

Fixture = dict[str, Any]
"""A scraped fixture: the `FIELDS`, all of them strings, and under `HANDLE` the node it was read from."""

IDENTIFIER = "game_id"
FIELDS = (
    IDENTIFIER,
    "team_id",
    "home",
    "away",
    "venue",
    "kickoff",
    "status",
    "score",
    "url",
    "report",
)
HANDLE = "node"
"""A scraped object refers to its element, as scraped handles do, and so keeps the whole page alive."""


def minimal(fixture: Fixture) -> Fixture:
    """Project a fixture on what identifies it."""
    return {IDENTIFIER: fixture[IDENTIFIER]}


def identifiers(fixtures: list[Fixture]) -> Iterator[str]:
    """Give the identifier of each fixture."""
    return (fixture[IDENTIFIER] for fixture in fixtures)


class FixtureRef(NamedTuple):
    """A fixture that is to be validated."""

    game_id: str
    url: str

    def __str__(self) -> str:
        """Name the fixture in errors."""
        return self.game_id


ValidationRecord = dict[str, Any]
"""What is kept of a validation: `game_id`, `valid` (0 or 1) and `status` (the HTTP status, or None)."""


class Validation(NamedTuple):
    """A full validation result: the answer of the fixture's page with all that came with it."""

    game_id: str
    url: str
    canonical_url: str | None
    status: int | None
    body: str
    error: str | None

    @property
    def valid(self) -> bool:
        """Whether the page answered with 200 and names the address it was asked under."""
        return self.status == 200 and self.canonical_url == self.url  # noqa: PLR2004 - HTTP's OK

    def record(self) -> ValidationRecord:
        """Project the result on what is asked for."""
        return {"game_id": self.game_id, "valid": int(self.valid), "status": self.status}
