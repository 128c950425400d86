"""Most fixtures on few pages: what a batch holds depends on who is in it."""

from membench.scenarios.synthetic.scenario import KIB, MIB, Scenario

SCENARIO = Scenario(
    name="skewed",
    summary="100 teams, of which 5 hold 80 % of the 950 fixtures",
    origin="fixtures as in league; 152 on each of 5 pages and 2 on each of the other 95",
    teams=100,
    fixtures_per_team=2,
    busy_teams_of_20=1,
    busy_fixtures=152,
    fixture_bytes=(4600, 5000),
    dom_bytes=256 * KIB,
    page_bytes=1 * MIB,
    browser_bytes=2 * MIB,
    digest="sha256:625822926b410cdf112553c90ba41872cc15d16e16dcec5ce9b1aad77a3a60c5",
)
