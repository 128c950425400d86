"""What Chromium weighs, and scenarios made of it.

Measured with Node 20.20, puppeteer-core and Debian's Chromium 156 on a local site, as anonymous and shared memory of
the whole tree, 2 CPUs, Linux 6.18. `docs/findings.md` sets every line of those measurements beside what comes out of
these weights. Some weights were read off by themselves; the others are what is left when the lines of whole pipelines
are taken apart.
"""

from typing import NamedTuple

from membench.scenarios.synthetic.scenario import KIB, MIB, Scenario


class Weights(NamedTuple):
    """What a kind of page weighs, in bytes; the names are those of the scenario's fields."""

    dom_bytes: int
    layout_bytes: int
    surface_bytes: int
    left_behind_bytes: int
    uncollected_bytes: int


LIGHT = Weights(
    # A further page takes 17 MiB, 10 of them with nothing on it: 7 are the document's. What becomes of those is fitted.
    dom_bytes=1300 * KIB,
    layout_bytes=1700 * KIB,
    surface_bytes=4168 * KIB,
    left_behind_bytes=20 * KIB,  # from 100 to 500 teams: 150 MiB for 4,400 visits, less the fixtures
    uncollected_bytes=94 * MIB,  # one page for all visits; fitted
)
"""About 50 KB of markup a page."""

HEAVY = Weights(
    # A further page takes 60 MiB, 10 of them with nothing on it: 50 are the document's.
    dom_bytes=9 * MIB,  # without the back-forward cache, 50 documents take 717 - 277 MiB until they are collected
    layout_bytes=14 * MIB,  # the six in the cache take 412 - 277 MiB, each with its `dom_bytes`
    surface_bytes=27 * MIB,  # what is left of the 50
    left_behind_bytes=900 * KIB,  # after 50 documents and a collection, 277 instead of the first one's 234 MiB
    uncollected_bytes=760 * MIB,  # one page for all visits reaches 995 to 1,770 MiB; fitted
)
"""About 2 MB a page in all, a few thousand nodes."""


def chromium(name: str, summary: str, origin: str, weights: Weights) -> Scenario:
    """Make the league of the description on such pages, with plain results."""
    return Scenario(
        name=name,
        summary=summary,
        origin=origin,
        teams=100,
        fixtures_per_team=10,
        fixture_bytes=(4600, 5000),
        digest="sha256:bf5afabecbc66ba0f6334dfa00a02b02a5953d198a8795bf993409df9fd78ad7",
        results="plain",
        disposes=False,  # the described code never does
        runtime_bytes=21 * MIB,  # Node in the pipeline takes 44 MiB: what the lines with own pages leave for it
        browser_bytes=150 * MIB,  # with a blank page
        page_bytes=10 * MIB,  # a blank page beside it
        small_left_behind_bytes=20 * KIB,
        most_cached=6,  # Chromium's default
        most_renderers=20,  # fitted to 100 open pages, which take a third of what the first ten do
        loading_seconds=0.3,
        **weights._asdict(),
    )
