"""What the described system reached with a real browser, line by line, and which figure of the model stands beside it.

Measured with Node 20.20, puppeteer-core, Debian's Chromium 156 and better-sqlite3 on a local site: 2 CPUs, Linux 6.18;
100 teams, 1,000 fixtures, a pool of two pages, concurrency 3, 3 and 5. Peaks of the anonymous and shared memory of the
whole tree, single runs side by side, MiB. The ranges hold runs on a busy and on an idle machine; they differ because
the moments of the browser's collector do.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from membench.harness.suites.configuration import variant_name

SOURCE = "Node 20.20, puppeteer-core, Chromium 156, better-sqlite3"

LIGHT, HEAVY = "chromium-light", "chromium-heavy"
OPEN, RELEASED = "chromium-light-open", "chromium-light-released"


class PeakLine(NamedTuple):
    """One line: the peak of a variant, in MiB."""

    scenario: str
    variant: str
    low: int
    high: int
    pool: int | None = None  # pages in the pool, where that is not two
    teams: int | None = None  # where that is not 100

    @property
    def title(self) -> str:
        """What was run."""
        pool = f", pool of {self.pool}" if self.pool else ""
        return f"{self.variant}{pool}{f', {self.teams} teams' if self.teams else ''}"


class PartLine(NamedTuple):
    """One line: what a part weighs by itself, in MiB; that of examples/weights with the given parameters."""

    title: str
    low: int
    high: int
    workload: str
    scenario: str
    part: str
    above: str = "nothing"  # the part whose peak is taken off; "" for the whole
    switches: Mapping[str, bool] = MappingProxyType({})

    @property
    def variant(self) -> str:
        """The variant that has the part."""
        return variant_name({"scenario": self.scenario, "part": self.part, **self.switches})

    @property
    def variant_below(self) -> str:
        """The variant whose peak is taken off; "" for none."""
        return variant_name({"scenario": self.scenario, "part": self.above}) if self.above else ""


class LimitLine(NamedTuple):
    """One line: whether a variant finishes in a group limited to 1,000 MiB."""

    variant: str
    finishes: bool


LIMIT = "1000 MiB"


def _lines(scenario: str, of_variants: Mapping[str, tuple[int, int]]) -> Iterable[PeakLine]:
    return (PeakLine(scenario, variant, *between) for variant, between in of_variants.items())


PEAKS: tuple[PeakLine, ...] = (
    *_lines(
        LIGHT,
        {
            "sequential": (318, 331),
            "baseline": (398, 404),
            "fix-1": (368, 386),
            "fix-2": (396, 407),
            "fix-3": (383, 394),
            "fix-4": (394, 397),
            "fix-5": (390, 403),
            "fix-6": (374, 398),
            "fix-7": (384, 405),
            "all": (388, 401),
            "all-as-written": (416, 442),
            "sequential+page-per-operation": (210, 213),
            "page-per-operation": (242, 251),
            "fix-5+page-per-operation": (227, 229),
            "all+page-per-operation": (228, 233),
        },
    ),
    *(
        PeakLine(LIGHT, variant, low, high, teams=500)
        for variant, low, high in (("baseline", 551, 552), ("fix-2", 514, 527), ("fix-3", 515, 558), ("all", 525, 543))
    ),
    *_lines(
        HEAVY,
        {
            "sequential": (995, 1375),
            "baseline": (1404, 1643),
            "fix-1": (1883, 1883),
            "fix-2": (1566, 1566),
            "fix-3": (1690, 1690),
            "fix-4": (1632, 1632),
            "fix-5": (1469, 1905),
            "fix-6": (1676, 1676),
            "fix-7": (1487, 1669),
            "all": (1435, 1842),
            "sequential+page-per-operation": (243, 262),
            "page-per-operation": (332, 375),
            "fix-5+page-per-operation": (288, 302),
            "all+page-per-operation": (288, 312),
            "replace-pages": (709, 823),
            "collect-pages": (783, 837),
            "sequential+cache-off": (934, 1738),
            "cache-off": (903, 1310),
        },
    ),
    PeakLine(HEAVY, "baseline", 1275, 1770, pool=1),
    PeakLine(HEAVY, "baseline", 1827, 1845, pool=3),
    *_lines(OPEN, {"baseline": (803, 815), "fix-3": (804, 805)}),
    *_lines(
        RELEASED,
        {
            "sequential": (239, 240),
            "baseline": (786, 799),
            "fix-1": (262, 266),
            "fix-2": (263, 268),
            "fix-3": (366, 373),
            "fix-3+7-by-default": (289, 298),
            "fix-5": (805, 814),
            "fix-7": (790, 797),
            "all": (251, 256),
        },
    ),
)

PARTS: tuple[PartLine, ...] = (
    PartLine("the browser with a blank page", 150, 150, "light", "chromium_light", "a browser"),
    PartLine(
        "a further page, blank",
        10,
        10,
        "light",
        "chromium_light",
        "a blank page more",
        "a browser",
    ),
    PartLine(
        "a further page, light",
        16,
        18,
        "light",
        "chromium_light",
        "one document",
        "a browser",
    ),
    PartLine(
        "a further page, heavy",
        60,
        63,
        "heavy",
        "chromium_heavy",
        "one document",
        "a browser",
    ),
    PartLine("1,000 plain fixtures of 5 KB", 5, 6, "light", "chromium_light", "fixtures of 5 KB"),
    PartLine("1,000 plain fixtures of 10 KB", 10, 12, "light", "chromium_light", "fixtures of 10 KB"),
    PartLine("1,000 plain fixtures, minimal", 0, 2, "light", "chromium_light", "minimal fixtures"),
    PartLine("one heavy page as first shown", 234, 234, "heavy", "chromium_heavy", "one document", above=""),
    *(
        PartLine(
            f"the same after 50 documents{how}",
            figure,
            figure,
            "heavy-reused",
            "chromium_heavy",
            "50 documents",
            above="",
            switches={"cached": cached, "collected": collected},
        )
        for how, figure, cached, collected in (
            ("", 1045, True, False),
            (" and a collection", 412, True, True),
            (", no back-forward cache", 717, False, False),
            (" and a collection, no back-forward cache", 277, False, True),
        )
    ),
)

LIMITS: tuple[LimitLine, ...] = (
    LimitLine("sequential", finishes=False),
    LimitLine("baseline", finishes=False),
    LimitLine("all", finishes=False),
    LimitLine("replace-pages", finishes=True),
)

NOT_MODELLED: Mapping[str, str] = {
    "Node alone, 19 MiB": "the interpreter that stands for it takes 20 with what it has imported",
    "a further page with advertisements, 80 to 90 MiB": "no scenario has such pages",
    "Node in the whole pipeline, 80 to 105 MiB on light pages and 100 to 117 on heavy ones": (
        "the model has 44: with a page for each operation the whole tree takes 210 MiB, of which the browser and one "
        "page take 167. Node's own garbage has its peak at another moment than the browser"
    ),
}
