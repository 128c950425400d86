"""The league on light pages of a real browser, with plain results."""

from membench.scenarios.synthetic.chromium import LIGHT, chromium

SCENARIO = chromium(
    "chromium-light",
    "the league on Chromium's weights: pages of 50 KB, results that are plain data",
    "measured with Node 20.20, puppeteer-core and Chromium 156; scenarios/synthetic/chromium.py says which figure is "
    "read off and which is fitted",
    LIGHT,
)
