"""The league on heavy pages of a real browser, with plain results."""

from membench.scenarios.synthetic.chromium import HEAVY, chromium

SCENARIO = chromium(
    "chromium-heavy",
    "the league on Chromium's weights: pages of 2 MB, results that are plain data",
    "measured with Node 20.20, puppeteer-core and Chromium 156; scenarios/synthetic/chromium.py says which figure is "
    "read off and which is fitted",
    HEAVY,
)
