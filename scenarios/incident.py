"""The two levels that the incident was reported with: 0.9 GB sequential, over 2 GB in parallel."""

from scenarios.synthetic.scenario import KIB, MIB, Scenario

SCENARIO = Scenario(
    name="incident",
    summary="the reported levels: 0.9 GB one at a time, over 2 GB in parallel, on a machine with 2 GB",
    origin=(
        "solved for the two reported levels and for nothing else: 500 teams whose pages hold 2.3 MiB of DOM "
        "account for the rise; what a browser takes by itself and for an open page makes up the level before it"
    ),
    teams=500,
    fixtures_per_team=10,
    fixture_bytes=(5000, 10000),
    dom_bytes=2350 * KIB,
    page_bytes=48 * MIB,
    browser_bytes=780 * MIB,
    digest="sha256:937d9b0a631d22c8836a9d8d53b3049acafd0209d704523e558ac2c4a22181be",
)
