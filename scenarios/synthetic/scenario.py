"""The description of a workload: how many, how heavy, how faulty, and what must come out."""

from typing import NamedTuple

from membench.pipelines.browsing import Results

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
    results: Results = "handles"  # what a fixture holds beside its fields
    disposes: bool = True  # the program disposes of a handle with the object that holds it
    runtime_bytes: int = 0  # what the runtime of the program takes beyond this interpreter
    layout_bytes: int = 0  # of a team's page: besides, while it is shown or in the back-forward cache
    surface_bytes: int = 0  # besides, while it is shown
    left_behind_bytes: int = 0  # what a visit to a team's page leaves in its tab until that is closed
    small_left_behind_bytes: int = 0  # and one to any other page
    most_cached: int = 0  # documents of a tab in the back-forward cache
    uncollected_bytes: int = 0  # of a tab: what its unreachable documents may add up to before they are collected
    loading_seconds: float = 0.0  # from a page's answer to the end of its loading
    most_renderers: int = 10_000  # tabs beyond that share one

    def fixtures_of(self, team: int) -> int:
        """Tell how many fixtures the page of a team shows; teams count from 0."""
        return self.busy_fixtures if team % 20 < self.busy_teams_of_20 else self.fixtures_per_team
