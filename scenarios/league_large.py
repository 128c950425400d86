"""Five times the league, with the heavier fixtures of the incident's description."""

from membench.scenarios.synthetic.scenario import KIB, MIB, Scenario

SCENARIO = Scenario(
    name="league-large",
    summary="500 teams x 10 fixtures x 5-10 KB: 5,000 fixtures",
    origin="5-10 KB a fixture from the description; DOM, page and browser as in league",
    teams=500,
    fixtures_per_team=10,
    fixture_bytes=(5000, 10000),
    dom_bytes=256 * KIB,
    page_bytes=1 * MIB,
    browser_bytes=2 * MIB,
    digest="sha256:937d9b0a631d22c8836a9d8d53b3049acafd0209d704523e558ac2c4a22181be",
)
