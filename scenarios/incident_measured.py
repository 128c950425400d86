"""The incident out of measured weights alone: nothing in it is solved for the levels that were reported."""

from membench.scenarios import chromium_heavy

SCENARIO = chromium_heavy.SCENARIO._replace(
    name="incident-measured",
    summary="the incident's levels as they come out of measured weights: heavy pages of Chromium, plain results",
    origin=(
        "the weights of chromium-heavy and the teams and fixtures of the description; neither level is solved for. "
        "The real program reached 1.0 to 1.4 GB one at a time and 1.4 to 1.6 GB in parallel"
    ),
)
