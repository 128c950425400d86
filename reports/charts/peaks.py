"""Peaks: one bar per variant, against the levels that give the bars their scale."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import wording
from reports.charts import labels, style
from reports.document import Role
from reports.ordering import in_reading_order

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

    from reports.document import Report, Row, Section

_METER_LETTERS = 50
_OUTCOME_LETTERS = 40
_HATCH = "////"


@dataclass(frozen=True, slots=True)
class PeaksChart:
    """Horizontal bars from zero; a variant that lost data is outlined and says so."""

    name: str = "peaks"
    title: str = "Peak memory of each variant"

    def draw(self, report: "Report") -> "list[tuple[str, Figure]]":
        """Draw a figure for each scenario and meter: two meters never share an axis."""
        with style.applied():
            return [
                (_stem(self.name, section, index, meter), self._figure(section, meter, with_levels=index == 0))
                for section in report.sections
                for index, meter in enumerate(wording.meters(section.rows))
            ]

    def _figure(self, section: "Section", meter: str, *, with_levels: bool) -> "Figure":
        rows = in_reading_order(section, meter)
        figure, axes = labels.figure_of_rows(
            [labels.name(row.title) for row in rows],
            title=f"{section.scenario}: peak memory of each variant",
            subtitle=section.headline,
            unit=f"peak ({style.wrapped(meter, _METER_LETTERS, lines=1)[0]}), MiB",
        )
        ends = [_draw_bar(axes, index, row) for index, row in enumerate(rows)]
        labels.columns(
            axes,
            {
                "change": [wording.change_share(row) for row in rows],
                "spread": [_spread(row) for row in rows],
            },
        )
        # The levels were taken with the first meter.
        levels = section.levels if with_levels else ()
        peaks = [*(row.peak_bytes or 0 for row in rows), *(level.peak_bytes for level in levels)]
        labels.make_room(axes, ends, low=0, high=style.in_mib(max(peaks)) or 1)
        labels.draw_levels(axes, levels)
        return figure


def _stem(chart: str, section: "Section", index: int, meter: str) -> str:
    return f"{chart}-{section.scenario}" + (f"-{meter}" if index else "")


def _draw_bar(axes: "Axes", index: int, row: "Row") -> "Annotation":
    peak = style.in_mib(row.peak_bytes or 0)
    if row.peak_bytes is not None:
        axes.barh(index, peak, height=labels.BAR_HEIGHT, zorder=2, **_look(row))
    if wording.is_ok(row):
        return labels.beside(axes, peak, index, style.mib_label(row.peak_bytes or 0), fontweight=_weight(row))
    figure = "" if row.peak_bytes is None else f"{style.mib_label(row.peak_bytes)}  "
    words = style.wrapped(wording.outcome(row), _OUTCOME_LETTERS, lines=1)[0]
    return labels.beside(axes, peak, index, f"{figure}{words}", color=style.ALARM)


def _look(row: "Row") -> dict[str, Any]:
    colour = style.COLOURS[row.role]
    if not wording.is_ok(row):
        return {"facecolor": style.PAPER, "edgecolor": colour, "linestyle": (0, (2, 1.5)), "linewidth": 1.2}
    if row.role is Role.AS_WRITTEN:
        return {"facecolor": style.PAPER, "edgecolor": colour, "hatch": _HATCH, "linewidth": 0.8}
    return {"facecolor": colour}


def _weight(row: "Row") -> str:
    return "bold" if row.role in {Role.BEFORE, Role.AFTER} else "normal"


def _spread(row: "Row") -> str:
    return wording.NO_FIGURE if row.spread_bytes is None else style.mib_label(row.spread_bytes)


CHART = PeaksChart()
