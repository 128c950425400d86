"""Waterfall: how the peak falls from before to after as one fix joins another."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from membench.harness.model import Role
from membench.reports.charts import labels, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

    from membench.reports.document import Report, Section, Step

_LAST = "all of these together"


@dataclass(frozen=True, slots=True)
class WaterfallChart:
    """Floating bars from the peak before to the peak after, in the order in which the fixes join."""

    name: str = "waterfall"
    title: str = "What each fix saves once it joins those before it"

    def draw(self, report: "Report") -> "list[tuple[str, Figure]]":
        """Draw a figure for each scenario that has steps."""
        with style.applied():
            return [
                (f"{self.name}-{section.scenario}", _figure(section, section.waterfall_start))
                for section in report.sections
                if section.waterfall_start is not None and section.steps
            ]


def _figure(section: "Section", start: "Step") -> "Figure":
    names = [labels.name(text) for text in (start.label, *(step.label for step in section.steps), _LAST)]
    figure, axes = labels.figure_of_rows(
        names,
        title=f"{section.scenario}: peak memory as the fixes join one by one",
        subtitle="Each row adds one fix to those above it; its label is the change of the peak.",
        unit="peak, MiB",
    )
    peaks = [start.peak_bytes, *(step.peak_bytes for step in section.steps)]
    ends = [
        _draw_whole(axes, 0, start, Role.BEFORE),
        *(_draw_step(axes, row, peaks[row - 1], step) for row, step in enumerate(section.steps, start=1)),
        _draw_whole(axes, len(names) - 1, section.steps[-1], Role.AFTER),
    ]
    _connect(axes, [*peaks, peaks[-1]])
    labels.columns(axes, {"peak": [style.mib_label(peak) for peak in (*peaks, peaks[-1])]})
    largest = max(*peaks, *(level.peak_bytes for level in section.levels))
    labels.make_room(axes, ends, low=0, high=style.in_mib(largest) or 1)
    labels.draw_levels(axes, section.levels)
    return figure


def _draw_whole(axes: "Axes", row: int, step: "Step", role: Role) -> "Annotation":
    peak = style.in_mib(step.peak_bytes)
    axes.barh(row, peak, height=labels.BAR_HEIGHT, color=style.COLOURS[role], zorder=2)
    return labels.beside(axes, peak, row, style.mib_label(step.peak_bytes), fontweight="bold")


def _draw_step(axes: "Axes", row: int, peak_before: int, step: "Step") -> "Annotation":
    left, right = sorted((style.in_mib(peak_before), style.in_mib(step.peak_bytes)))
    colour = style.RISE if step.saved_bytes < 0 else style.COLOURS[Role.STEP]
    # The edge keeps a step of nothing visible as a line.
    axes.barh(
        row, right - left, left=left, height=labels.BAR_HEIGHT, color=colour, edgecolor=colour, linewidth=1, zorder=2
    )
    return labels.beside(axes, right, row, style.mib_shift_label(-step.saved_bytes))


def _connect(axes: "Axes", peaks: list[int]) -> None:
    """Lead the eye from where one bar ends to where the next begins."""
    reach = labels.BAR_HEIGHT / 2
    for row, (peak, _) in enumerate(pairwise(peaks)):
        axes.vlines(style.in_mib(peak), row + reach, row + 1 - reach, color=style.MUTED, linewidth=0.8, zorder=1)


CHART = WaterfallChart()
