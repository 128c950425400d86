"""A site made of a scenario: every page is generated when it is asked for, and none is kept."""

from binascii import crc32
from collections.abc import Iterator, Sequence
from typing import TypeVar

from membench.pipelines.fixture import FIELDS
from membench.pipelines.site import Response
from membench.scenarios.synthetic.scenario import Scenario

T = TypeVar("T")

TEAMS_PER_COMPETITION = 20
SMALL_PAGE_DOM_BYTES = 16 * 1024  # a competition's table, a single fixture: a few dozen elements
LATENCY_MILLISECONDS = (50, 400)

_WORDS = (  # noqa: SIM905 - as a list it would take seventy lines
    "amber anchor balance border bridge canyon captain cedar circle corner crossing dancer delta early "
    "eastern field final forward garden goal green half harbour header keeper late lead level line long "
    "match meadow middle minute narrow northern opening park pass penalty quarter quick river save score "
    "second shot side southern spring start steady strike summit tackle team third throw tower turn valley "
    "western whistle wide wing winter"
).split()


CORPUS_WORDS = 6000


class Draw:
    """Draws from a key: the same key gives the same draws, in any process and on any version of Python.

    The checksum of a key and a counter is random enough for test data, twenty times as fast as seeding a
    generator for each page, and needs no module that the measured process does not have already.
    """

    __slots__ = ("_drawn", "_key")

    def __init__(self, seed: int, *key: object) -> None:
        self._key = f"{seed}/{key}".encode()
        self._drawn = 0

    def below(self, limit: int) -> int:
        self._drawn += 1
        # The middle bits: the lowest ones of a checksum follow those of the counter too closely.
        return (crc32(b"%d/%b" % (self._drawn, self._key)) >> 4) % limit

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def choice(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]


class SyntheticSite:
    """Implements `pipelines.site.Site` for a scenario with any number of teams."""

    def __init__(self, scenario: Scenario, teams: int) -> None:
        self._scenario = scenario
        self._teams = teams
        words = Draw(scenario.seed, "corpus")
        # Longer than any report that is cut from it, so that no two are alike.
        self._corpus = " ".join(words.choice(_WORDS) for _ in range(CORPUS_WORDS))

    def competitions(self) -> Iterator[str]:
        """Give the addresses of all competitions."""
        return (f"/competition/{first}" for first in range(0, self._teams, TEAMS_PER_COMPETITION))

    def latency_seconds(self, url: str, attempt: int) -> float:
        """Tell how long the site takes to answer; every attempt is answered alike."""
        del attempt
        return self._draw("latency", url).between(*LATENCY_MILLISECONDS) / 1000

    def respond(self, url: str, attempt: int) -> Response:
        """Answer a request; every attempt is answered alike."""
        del attempt
        kind, *numbers = url.strip("/").split("/")
        if kind == "competition":
            return self._competition_page(int(numbers[0]))
        if kind == "team":
            return self._team_page(int(numbers[0]))
        return self._fixture_page(url)

    def _draw(self, *key: object) -> Draw:
        return Draw(self._scenario.seed, *key)

    def _competition_page(self, first: int) -> Response:
        last = min(first + TEAMS_PER_COMPETITION, self._teams)
        records = (
            {"id": f"T{team:06}", "name": self._name(team), "url": f"/team/{team}"} for team in range(first, last)
        )
        return self._small_page(records)

    def _team_page(self, team: int) -> Response:
        records = (self._fixture(team, number) for number in range(self._scenario.fixtures_of(team)))
        return Response(
            status=200,
            markup=_document(records),
            dom_bytes=self._scenario.dom_bytes,
            layout_bytes=self._scenario.layout_bytes,
            surface_bytes=self._scenario.surface_bytes,
            left_behind_bytes=self._scenario.left_behind_bytes,
            loading_seconds=self._scenario.loading_seconds,
        )

    def _fixture_page(self, url: str) -> Response:
        records = ({"url": url, "report": self._text(url, self._scenario.body_bytes)},)
        return self._small_page(iter(records))

    def _small_page(self, records: Iterator[dict[str, str]]) -> Response:
        return Response(
            status=200,
            markup=_document(records),
            dom_bytes=SMALL_PAGE_DOM_BYTES,
            left_behind_bytes=self._scenario.small_left_behind_bytes,
            loading_seconds=self._scenario.loading_seconds,
        )

    def _name(self, team: int) -> str:
        draw = self._draw("name", team)
        return f"{draw.choice(_WORDS)} {draw.choice(_WORDS)} {team}".title()

    def _fixture(self, team: int, number: int) -> dict[str, str]:
        draw = self._draw("fixture", team, number)
        url = f"/fixture/{team}/{number}"
        values = (
            fixture_id(team, number),
            f"T{team:06}",
            self._name(team),
            self._name(draw.below(self._teams)),
            f"{draw.choice(_WORDS)} park".title(),
            f"2026-{draw.between(1, 12):02}-{draw.between(1, 28):02}T{draw.between(10, 20)}:00:00Z",
            draw.choice(("scheduled", "played", "postponed")),
            f"{draw.below(6)}:{draw.below(6)}",
            url,
            self._text(url, draw.between(*self._scenario.fixture_bytes)),
        )
        return dict(zip(FIELDS, values, strict=True))

    def _text(self, key: str, size: int) -> str:
        start = self._draw("text", key).below(max(1, len(self._corpus) - size))
        return self._corpus[start : start + size]


def fixture_id(team: int, number: int) -> str:
    """Name a fixture: the identifier that its page shows."""
    return f"G{team:06}{number:04}"


def _document(records: Iterator[dict[str, str]]) -> bytes:
    articles = "\n".join(
        "<article>"
        + "".join(f'<span data-field="{name}">{value}</span>' for name, value in record.items())
        + "</article>"
        for record in records
    )
    return f"<html><body>\n{articles}\n</body></html>".encode()


def site_of(scenario: Scenario, teams: int) -> SyntheticSite:
    """Make the site of a scenario with any number of teams."""
    if not scenario.faulty_share:
        return SyntheticSite(scenario, teams)
    from membench.scenarios.synthetic.faulty_site import FaultySite  # noqa: PLC0415 - only where pages fail

    return FaultySite(scenario, teams)
