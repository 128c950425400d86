"""Charts: one a file, each exposing CHART. Adding a chart is adding a file here.

matplotlib is imported by those files alone, so that nothing else waits for it.
"""

from typing import TYPE_CHECKING, Protocol

from membench.harness.discovery import Registry

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from membench.reports.document import Report

# What the charts share; every other module in this folder is a chart.
_SHARED = frozenset({"labels", "saving", "style"})


class Chart(Protocol):
    """A way to draw one part of a report."""

    @property
    def name(self) -> str:
        """The name under which it is asked for, which is also its module's."""

    @property
    def title(self) -> str:
        """What the chart shows, in a few words."""

    def draw(self, report: "Report") -> "list[tuple[str, Figure]]":
        """Draw a figure for each scenario that has something to show, each with a stem for its file's name.

        The stem carries the scenario's name as it stands in the data: `saving.write_charts` makes it safe.
        """


CHARTS = Registry(kind="chart", package=__name__, folders=__path__, shared=_SHARED)


def chart_names() -> list[str]:
    """List the charts by their files, without importing them."""
    return CHARTS.names()


def load_chart(name: str) -> Chart:
    """Import the one chart of that name.

    Raises:
        UsageError: there is no such chart.
    """
    found: Chart = CHARTS.load(name, "CHART")
    return found
