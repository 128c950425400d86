"""Ten teams: small enough to run everything with in a moment."""

from membench.scenarios.synthetic.scenario import KIB, Scenario

SCENARIO = Scenario(
    name="smoke",
    summary="10 teams x 4 fixtures x 1-2 KB: a quick check that everything runs",
    origin="chosen small; no figure of it means anything outside the tests",
    teams=10,
    fixtures_per_team=4,
    fixture_bytes=(1000, 2000),
    dom_bytes=64 * KIB,
    page_bytes=256 * KIB,
    browser_bytes=512 * KIB,
    digest="sha256:d2301d1decb506f2d4f30b889f04affcb71f9b9d09bb0031f7e9231b276eb419",
)
