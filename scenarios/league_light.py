"""Light pages and one fixture a team: for growth over very many teams."""

from membench.scenarios.synthetic.scenario import KIB, Scenario

SCENARIO = Scenario(
    name="league-light",
    summary="1,000 teams x 1 fixture x about 0.5 KB on light pages: made to be scaled to 100,000 teams",
    origin="chosen so light that 100,000 teams fit into the memory of a small machine when everything accumulates",
    teams=1000,
    fixtures_per_team=1,
    fixture_bytes=(400, 600),
    body_bytes=400,
    dom_bytes=2 * KIB,
    page_bytes=64 * KIB,
    browser_bytes=256 * KIB,
    digest="sha256:7a7265d4c048409672f834c3fc77c215b02c0bc4de2c24dbfe1c1b39847f055b",
)
