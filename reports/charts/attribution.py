"""Attribution: what each fix saves alone, as its share, and beside all others; the three seldom agree."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Patch

from membench.harness.model import Level, Role
from membench.reports import wording
from membench.reports.charts import labels, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

    from membench.reports.document import Attribution, AttributionRow, Report, Section
    from membench.reports.wording import AttributionColumn

_DRAWN = {
    wording.ALONE: style.COLOURS[Role.STEP],
    wording.SHARE: style.COLOURS[Role.SINGLE],
    wording.LEFT_OUT: style.RISE,
}
_BAND = 0.8  # of a row, for its bars together
_WHISKER = 2.5  # points from the bar's middle line to the end of an interval's cap
_KEY_INCHES = 0.4
_FEWEST_SENSES = 2  # one alone is already in the chart of the peaks
_MUTED_BELOW = 64 * 1024  # bytes; less is no reason to ship a fix
_PART_OF_A_PAGE = 1024  # bytes; memory comes in pages of four times that, and only a mean can be less
_NOTE = (
    "Alone, fixes that replace each other each take the whole saving; left out, none of them loses it. The shares add "
    "up to what all save together."
)


@dataclass(frozen=True, slots=True)
class AttributionChart:
    """A group of bars for each fix: it alone, its share, and what is lost without it."""

    name: str = "attribution"
    title: str = "Which fix bought which megabytes"

    def draw(self, report: "Report") -> "list[tuple[str, Figure]]":
        """Draw a figure for each scenario whose saving was divided in more than one sense."""
        with style.applied():
            return [
                (f"{self.name}-{section.scenario}", _figure(section, section.attribution))
                for section in report.sections
                if section.attribution is not None and len(_senses(section.attribution)) >= _FEWEST_SENSES
            ]


def _senses(attribution: "Attribution") -> "list[AttributionColumn]":
    return [column for column in wording.attribution_columns(attribution) if column.heading in _DRAWN]


def _figure(section: "Section", attribution: "Attribution") -> "Figure":
    senses = _senses(attribution)
    names = [labels.name(str(row.fix)) for row in attribution.rows]
    figure, axes = labels.figure_of_rows(
        names,
        title=f"{section.scenario}: which fix bought which megabytes",
        subtitle=_NOTE,
        unit="saved, MiB",
        bars=len(senses),
        foot_inches=_KEY_INCHES,
    )
    axes.axvline(0, color=style.INK, linewidth=1.0, zorder=3)
    height = _BAND / len(senses)
    written = []
    for row, figures in enumerate(attribution.rows):
        for place, sense in enumerate(senses):
            middle = row + (place - (len(senses) - 1) / 2) * height
            written.append(_draw_bar(axes, middle, height, sense, figures))
    amounts = [style.in_mib(amount) for row in attribution.rows for amount in _amounts(row, senses)]
    if attribution.saved_bytes is not None:
        amounts.append(style.in_mib(attribution.saved_bytes))
    labels.make_room(axes, written, low=min(0.0, *amounts), high=max(0.0, *amounts) or 1.0)
    if attribution.saved_bytes is not None:
        labels.draw_levels(axes, [Level(label="all together", peak_bytes=attribution.saved_bytes)])
    handles = [Patch(color=_DRAWN[sense.heading], label=sense.meaning) for sense in senses]
    figure.legend(
        handles=handles, loc="outside lower left", ncols=len(handles), frameon=False, fontsize=style.SMALL_POINTS
    )
    return figure


def _amounts(row: "AttributionRow", senses: "list[AttributionColumn]") -> list[int]:
    figures = [*(sense.amount(row) for sense in senses), row.shapley_low_bytes, row.shapley_high_bytes]
    return [amount for amount in figures if amount is not None]


def _draw_bar(
    axes: "Axes", middle: float, height: float, sense: "AttributionColumn", row: "AttributionRow"
) -> "Annotation":
    amount = sense.amount(row)
    look: dict[str, Any] = {"fontsize": style.SMALL_POINTS}
    if amount is None:
        return labels.beside(axes, 0, middle, "not known", color=style.MUTED, **look)
    if abs(amount) < _MUTED_BELOW:
        look["color"] = style.MUTED
    amount = amount if abs(amount) >= _PART_OF_A_PAGE else 0
    size = style.in_mib(amount)
    colour = _DRAWN[sense.heading]
    # The edge keeps a saving of nothing visible as a line.
    axes.barh(middle, size, height=height * 0.86, color=colour, edgecolor=colour, linewidth=0.8, zorder=2)
    end = size
    low, high = row.shapley_low_bytes, row.shapley_high_bytes
    if sense.heading == wording.SHARE and low is not None and high is not None:
        ends = [[size - style.in_mib(low)], [style.in_mib(high) - size]]
        axes.errorbar(size, middle, xerr=ends, color=style.INK, linewidth=1.0, capsize=_WHISKER, zorder=4)
        end = style.in_mib(low if size < 0 else high)
    return labels.beside(axes, end, middle, style.mib_label(amount), to_left=size < 0, **look)


CHART = AttributionChart()
