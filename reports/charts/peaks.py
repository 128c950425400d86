"""Peaks: one bar per variant, against the levels that give the bars their scale."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from membench.harness.model import Role
from membench.reports import wording
from membench.reports.charts import labels, style
from membench.reports.ordering import amounts_in_view, in_reading_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

    from membench.reports.document import Report, Row, Section

_METER_LETTERS = 50
_OUTCOME_LETTERS = 40
_HATCH = "////"
_BUDGET = "┃ budget"  # heads its column with the mark that it has on the bars
_MARK_SHARE = 1.3  # of a bar's height
_MARK_POINTS = 1.8
_LABEL_SHARE = 0.25  # of an axis, that a figure may take: it would hide a mark that is closer


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
        # The levels were taken with the first meter.
        levels = section.levels if with_levels else ()
        high = max([0, *amounts_in_view(rows), *(level.peak_bytes for level in levels)])
        ends = [_draw_bar(axes, index, row, high) for index, row in enumerate(rows)]
        labels.columns(axes, _columns(rows))
        labels.make_room(axes, ends, low=0, high=style.in_mib(high) or 1)
        labels.draw_levels(axes, levels)
        return figure


def _stem(chart: str, section: "Section", index: int, meter: str) -> str:
    return f"{chart}-{section.scenario}" + (f"-{meter}" if index else "")


def _columns(rows: "Sequence[Row]") -> "dict[str, Sequence[str]]":
    columns: dict[str, Sequence[str]] = {"spread": [_mib_or_none(row.spread_bytes) for row in rows]}
    if wording.have_changes(rows):
        columns = {"change": [wording.change_share(row) for row in rows]} | columns
    if wording.have_budgets(rows):
        columns = {_BUDGET: [_mib_or_none(row.budget_bytes) for row in rows]} | columns
    return columns


def _draw_bar(axes: "Axes", index: int, row: "Row", high: int) -> "Annotation":
    """Draw a bar, with the mark of its budget where the axis goes so far; `high` is the axis's end in bytes."""
    peak = style.in_mib(row.peak_bytes or 0)
    if row.peak_bytes is not None:
        axes.barh(index, peak, height=labels.BAR_HEIGHT, zorder=2, **_look(row))
    end = peak
    if row.budget_bytes is not None and row.budget_bytes <= high:
        budget = _draw_budget(axes, index, row)
        close = budget - peak < _LABEL_SHARE * style.in_mib(high)
        end = max(peak, budget) if close else peak
    if wording.is_good(row):
        return labels.beside(axes, end, index, style.mib_label(row.peak_bytes or 0), fontweight=_weight(row))
    figure = "" if row.peak_bytes is None else f"{style.mib_label(row.peak_bytes)}  "
    outcome = style.wrapped(wording.outcome(row), _OUTCOME_LETTERS, lines=1)[0]
    return labels.beside(axes, end, index, f"{figure}{outcome}", color=style.ALARM)


def _draw_budget(axes: "Axes", index: int, row: "Row") -> float:
    """Mark a row's budget, and what of its bar lies over it; say where in MiB."""
    budget = style.in_mib(row.budget_bytes or 0)
    if row.over_budget_bytes is not None:
        excess = style.in_mib(row.over_budget_bytes)
        axes.barh(index, excess, left=budget, height=labels.BAR_HEIGHT, zorder=2, color=style.ALARM)
    reach = labels.BAR_HEIGHT * _MARK_SHARE / 2
    axes.vlines(budget, index - reach, index + reach, color=style.INK, linewidth=_MARK_POINTS, zorder=4)
    return budget


def _look(row: "Row") -> dict[str, Any]:
    colour = style.COLOURS[row.role]
    if not wording.is_ok(row):
        return {"facecolor": style.PAPER, "edgecolor": colour, "linestyle": (0, (2, 1.5)), "linewidth": 1.2}
    if row.role is Role.AS_WRITTEN:
        return {"facecolor": style.PAPER, "edgecolor": colour, "hatch": _HATCH, "linewidth": 0.8}
    return {"facecolor": colour}


def _weight(row: "Row") -> str:
    return "bold" if row.role in {Role.BEFORE, Role.AFTER} else "normal"


def _mib_or_none(size: int | None) -> str:
    return wording.NO_FIGURE if size is None else style.mib_label(size)


CHART = PeaksChart()
