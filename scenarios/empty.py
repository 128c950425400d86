"""No teams: what the measured process takes before there is any work to do."""

from membench.scenarios.synthetic.scenario import Scenario

SCENARIO = Scenario(
    name="empty",
    summary="no teams: what the measured process takes by itself",
    origin="nothing to weigh: no page is visited, so no browser is launched",
    teams=0,
    fixtures_per_team=0,
    fixture_bytes=(0, 0),
    dom_bytes=0,
    page_bytes=0,
    browser_bytes=0,
    digest="sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
)
