"""A site that fails in every way it can: what is retried must come out once, what is lost must be said."""

from membench.scenarios.synthetic.scenario import KIB, MIB, Scenario

SCENARIO = Scenario(
    name="flaky",
    summary="the league with a tenth of its pages failing: time-outs, HTTP errors, crashes, cut-off markup",
    origin="weights as in league; a tenth of the pages is faulty, three in ten of those for good",
    teams=100,
    fixtures_per_team=10,
    fixture_bytes=(4600, 5000),
    dom_bytes=256 * KIB,
    page_bytes=1 * MIB,
    browser_bytes=2 * MIB,
    faulty_share=0.1,
    digest="sha256:2db6cbc9784ae78a33e8835a15335ddea14197d5e9c62343e508dbdb18a39bae",
)
