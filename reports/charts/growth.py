"""Growth: how the peak of each variant grows with the size of its input, and the straight lines fitted to it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from membench.reports import wording
from membench.reports.charts import labels, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from membench.reports.document import Growth, Report, Section

_PANEL_INCHES = 2.9
_ZOOM_INCHES = 2.3
_FRAME_INCHES = 0.65
_HEADROOM = 1.08
_ZOOMED_BELOW = 0.3  # of the largest peak: what stays below it gets a panel of its own
_STEPS = 200  # of a curve; a straight line is a curve on an axis of powers
_LABEL_POINTS = 38.0  # from the middle of one three-line label to that of the next
_BRIEF_POINTS = 14.0  # the same of labels of one line
_MARKER_GAP_POINTS = 3.0  # from the middle of a marker to the leader to its label
_NAME_LETTERS = 30
_EDGE = 1.15  # of the smallest and largest size, so that their markers are whole


@dataclass(frozen=True, slots=True)
class GrowthChart:
    """Markers for the peaks and a line for the fit; what is small beside the largest is drawn again below."""

    name: str = "growth"
    title: str = "How the peak grows with the number of teams"

    def draw(self, report: "Report") -> "list[tuple[str, Figure]]":
        """Draw a figure for each scenario that was measured in several sizes."""
        with style.applied():
            return [
                (f"{self.name}-{section.scenario}", _figure(section)) for section in report.sections if section.growth
            ]


def zoomed(growths: "tuple[Growth, ...]") -> "list[Growth]":
    """Pick those that would lie on the axis beside the largest; none where all of them would, or nothing would."""
    largest = max(max(growth.peak_bytes) for growth in growths)
    small = [growth for growth in growths if max(growth.peak_bytes) < _ZOOMED_BELOW * largest]
    return small if len(small) < len(growths) else []


def _figure(section: "Section") -> "Figure":
    small = zoomed(section.growth)
    heights = [_PANEL_INCHES, *([_ZOOM_INCHES] if small else [])]
    figure = style.new_figure(
        sum(heights) + _FRAME_INCHES,
        title=f"{section.scenario}: peak memory by number of teams",
        subtitle=section.headline,
    )
    panels = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for axes, growths in zip(panels, (list(section.growth), small), strict=False):
        _draw_panel(axes, growths)
    _draw_sizes(panels[-1], section.growth)
    _label_lines(panels[0], list(section.growth), briefly=small)
    if small:
        _label_lines(panels[1], small, briefly=[])
    return figure


def _draw_panel(axes: "Axes", growths: "list[Growth]") -> None:
    style.clear(axes)
    style.measure_along(axes.yaxis, "peak, MiB")
    axes.set_xscale("log")
    axes.set_ylim(0, style.in_mib(max(max(growth.peak_bytes) for growth in growths)) * _HEADROOM or 1)
    for growth in growths:
        colour = style.COLOURS[growth.role]
        sizes = _between(growth.sizes[0], growth.sizes[-1])
        fitted = [style.in_mib(growth.intercept_bytes + growth.slope_bytes * size) for size in sizes]
        axes.plot(sizes, fitted, color=colour, linewidth=1.6, linestyle="-" if growth.straight else (0, (4, 2)))
        peaks = [style.in_mib(peak) for peak in growth.peak_bytes]
        axes.plot(growth.sizes, peaks, color=colour, linestyle="none", marker="o", markersize=6, zorder=3)


def _between(low: int, high: int) -> list[float]:
    return [low * (high / low) ** (step / _STEPS) for step in range(_STEPS + 1)]


def _draw_sizes(axes: "Axes", growths: "tuple[Growth, ...]") -> None:
    """Make a tick of each size that was measured, and no others."""
    sizes = sorted({size for growth in growths for size in growth.sizes})
    axes.set_xlim(sizes[0] / _EDGE, sizes[-1] * _EDGE)
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_xlabel("number of teams, on a logarithmic axis")


def _label_lines(axes: "Axes", growths: "list[Growth]", *, briefly: "list[Growth]") -> None:
    """Write what each line is where it ends, as far from the next as the letters need.

    Those in brief end below all others, and a panel of their own says the rest.
    """
    style.figure_of(axes).draw_without_rendering()
    (lowest,) = labels.heights_points(axes, [0])
    for group, write, points in ((briefly, _brief, _BRIEF_POINTS), (growths, _label, _LABEL_POINTS)):
        lines = [growth for growth in group if group is briefly or growth not in briefly]
        ends = [(growth.sizes[-1], style.in_mib(growth.peak_bytes[-1])) for growth in lines]
        heights = labels.heights_points(axes, [peak for _, peak in ends])
        places = labels.spread_apart(heights, points, lowest=lowest + points / 2)
        for growth, end, height, place in zip(lines, ends, heights, places, strict=True):
            colour = style.COLOURS[growth.role]
            labels.at_the_end(
                axes, end, write(growth), raised=place - height, colour=colour, gap_points=_MARKER_GAP_POINTS
            )
        lowest = max((place + points / 2 for place in places), default=lowest)


def _brief(growth: "Growth") -> str:
    name = style.wrapped(growth.variant, _NAME_LETTERS, lines=1)[0]
    return f"{name}: {style.mib_label(growth.peak_bytes[-1])}"


def _label(growth: "Growth") -> str:
    line = "" if growth.straight else ", not a line"
    return (
        f"{_brief(growth)}\n{wording.slope(growth.slope_bytes)} bytes a team{line}\n"
        f"({wording.slope(growth.slope_low)} to {wording.slope(growth.slope_high)})"
    )


CHART = GrowthChart()
