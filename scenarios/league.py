"""The example of the incident's description, and the default."""

from membench.scenarios.synthetic.scenario import KIB, MIB, Scenario

SCENARIO = Scenario(
    name="league",
    summary="100 teams x 10 fixtures x about 5 KB: the example in the incident's description",
    origin=(
        "teams, fixtures and 5 KB from the description; 256 KiB of DOM to 50 KB of markup, 1 MiB for an open page "
        "and 2 MiB for the browser are assumed, and kept small so that what accumulates is what shows"
    ),
    teams=100,
    fixtures_per_team=10,
    fixture_bytes=(4600, 5000),
    dom_bytes=256 * KIB,
    page_bytes=1 * MIB,
    browser_bytes=2 * MIB,
    digest="sha256:bf5afabecbc66ba0f6334dfa00a02b02a5953d198a8795bf993409df9fd78ad7",
)
