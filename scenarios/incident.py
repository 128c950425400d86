"""The two levels that the incident was reported with: 0.9 GB sequential, over 2 GB in parallel."""

from membench.scenarios.synthetic.scenario import KIB, MIB, Scenario

SCENARIO = Scenario(
    name="incident",
    summary="solved for the reported levels: 0.9 GB one at a time, over 2 GB in parallel, on a machine with 2 GB",
    origin=(
        "solved for the two reported levels and for nothing else: 250 teams whose pages hold 4.6 MiB of DOM "
        "account for the rise; what a browser takes by itself and for an open page makes up the level before it"
    ),
    teams=250,
    fixtures_per_team=4,
    fixture_bytes=(5000, 10000),
    dom_bytes=4700 * KIB,
    page_bytes=48 * MIB,
    browser_bytes=780 * MIB,
    digest="sha256:ce55747e9f56a62930dded0589cfe08e5077e32b73253a13c68364e6ef25a282",
)
