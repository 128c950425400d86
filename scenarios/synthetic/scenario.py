"""The description of a workload: how many, how heavy, how faulty, and what must come out."""

from typing import NamedTuple

KIB = 1024
MIB = 1024 * KIB


class Scenario(NamedTuple):
    """One synthetic league. All sizes are bytes.

    A named tuple, because a dataclass of this size would leave 300 KiB of compiled methods in every figure.
    """

    name: str
    summary: str  # one line
    origin: str  # where the weights come from
    teams: int
    fixtures_per_team: int
    fixture_bytes: tuple[int, int]  # smallest and largest report text of a fixture
    dom_bytes: int  # what a team's page takes beside its markup
    page_bytes: int  # what an open page takes whatever it shows
    browser_bytes: int  # what the browser takes by itself
    digest: str  # of the right output, as the sequential system gives it
    body_bytes: int = 1536  # the text of a fixture's own page, which validation visits
    busy_teams_of_20: int = 0  # of every 20 teams this many have `busy_fixtures` instead
    busy_fixtures: int = 0
    faulty_share: float = 0.0  # of pages, from 0 to 1
    seed: int = 20

    def fixtures_of(self, team: int) -> int:
        """Tell how many fixtures the page of a team shows; teams count from 0."""
        return self.busy_fixtures if team % 20 < self.busy_teams_of_20 else self.fixtures_per_team
