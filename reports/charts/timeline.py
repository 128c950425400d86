"""Timeline: resident memory over time, before against after, with the phases of each below."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.patches import Patch

from membench.harness.model import Role
from membench.reports.charts import labels, style
from membench.reports.ordering import merged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from membench.reports.document import Report, Section, Timeline

_COMPARED = (Role.BEFORE, Role.AFTER)
_LINES_INCHES = 3.3
_STRIP_INCHES = 0.26
_FRAME_INCHES = 0.8  # for the axis of time and the key to the phases
_HEADROOM = 1.06
_LABEL_POINTS = 26.0  # from the middle of one peak's two-line label to that of the next
_STRIP_HEIGHT = 0.6
_NAME_LETTERS = 32
_OTHERS = "other phases"  # those for which the palette has no colour of its own
_SWATCH_POINTS = 40.0  # an entry of the key without its name


@dataclass(frozen=True, slots=True)
class TimelineChart:
    """Two lines and, below them, two strips of phases."""

    name: str = "timeline"
    title: str = "Resident memory over time, before and after"

    def draw(self, report: "Report") -> "list[tuple[str, Figure]]":
        """Draw a figure for each scenario that has a timeline of the variant before or after."""
        with style.applied():
            return [
                (f"{self.name}-{section.scenario}", _figure(section, timelines))
                for section in report.sections
                if (timelines := _compared(section))
            ]


def _compared(section: "Section") -> "list[Timeline]":
    first = (next((line for line in section.timelines if line.role is role), None) for role in _COMPARED)
    return [line for line in first if line is not None]


def _figure(section: "Section", timelines: "list[Timeline]") -> "Figure":
    with_phases = [line for line in timelines if line.phases]
    heights = [_LINES_INCHES, *([_STRIP_INCHES * len(with_phases)] if with_phases else [])]
    figure = style.new_figure(
        sum(heights) + _FRAME_INCHES,
        title=f"{section.scenario}: resident memory over time",
        subtitle="The lines are samples taken from outside the process; the dashes are the kernel's own peak.",
    )
    upper, *strips = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    _draw_lines(upper, timelines)
    for strip in strips:
        _draw_phases(strip, with_phases)
    lowest = strips[0] if strips else upper
    lowest.set_xlabel("seconds")
    _label_peaks(upper, timelines)
    return figure


def _draw_lines(axes: "Axes", timelines: "list[Timeline]") -> None:
    style.clear(axes)
    style.measure_along(axes.yaxis, "resident memory, MiB")
    ends = (end for line in timelines for end in (*line.seconds, *(span.end_seconds for span in line.phases)))
    axes.set_xlim(0, max(ends, default=0.0) or 1)
    highest = max(max(line.peak_bytes, *line.rss_bytes, 0) for line in timelines)
    axes.set_ylim(0, style.in_mib(highest) * _HEADROOM or 1)
    for line in timelines:
        colour = style.COLOURS[line.role]
        axes.plot(line.seconds, [style.in_mib(size) for size in line.rss_bytes], color=colour, linewidth=1.8)
        peak = style.in_mib(line.peak_bytes)
        axes.axhline(peak, color=colour, linewidth=1.0, linestyle=(0, (5, 2)), zorder=1)


def _label_peaks(axes: "Axes", timelines: "list[Timeline]") -> None:
    """Write each peak where its dashes end, as far from the next as the letters need."""
    style.figure_of(axes).draw_without_rendering()
    peaks = [style.in_mib(line.peak_bytes) for line in timelines]
    floor, *heights = labels.heights_points(axes, [0, *peaks])
    places = labels.spread_apart(heights, _LABEL_POINTS, lowest=floor + _LABEL_POINTS / 2)
    for line, peak, height, place in zip(timelines, peaks, heights, places, strict=True):
        labels.at_the_end(
            axes,
            (1, peak),
            f"{_name(line)}\npeak {style.mib_label(line.peak_bytes)}",
            raised=place - height,
            colour=style.COLOURS[line.role],
            xycoords=axes.get_yaxis_transform(),
            fontweight="bold",
        )


def _name(line: "Timeline") -> str:
    return style.wrapped(line.variant, _NAME_LETTERS, lines=1)[0]


def _draw_phases(axes: "Axes", timelines: "list[Timeline]") -> None:
    style.clear(axes)
    colours = _phase_colours(span.name for line in timelines for span in line.phases)
    for row, line in enumerate(timelines):
        for name, stretches in merged(line.phases).items():
            axes.broken_barh(stretches, (row - _STRIP_HEIGHT / 2, _STRIP_HEIGHT), facecolors=colours[name])
    axes.yaxis.tick_right()
    axes.set_yticks(range(len(timelines)), [_name(line) for line in timelines], fontsize=style.SMALL_POINTS)
    axes.tick_params(axis="y", length=0, pad=labels.LEADER_POINTS)
    axes.set_ylim(len(timelines) - 0.5, -0.5)
    axes.xaxis.set_major_formatter("{x:,g}")
    _draw_key(axes, colours)


def _draw_key(axes: "Axes", colours: dict[str, str]) -> None:
    key: dict[str, str] = {}
    for name, colour in colours.items():
        key[colour] = _OTHERS if colour in key else style.wrapped(name, _NAME_LETTERS, lines=1)[0]
    widest = labels.width_points([*key.values()], points=style.SMALL_POINTS) + _SWATCH_POINTS
    fitting = int(style.WIDTH_INCHES * style.POINTS_PER_INCH / widest)
    style.figure_of(axes).legend(
        handles=[Patch(facecolor=colour) for colour in key],
        labels=[*key.values()],
        loc="outside lower left",
        ncols=max(1, min(len(key), fitting)),
        frameon=False,
        fontsize=style.SMALL_POINTS,
        handlelength=1.0,
        handleheight=1.0,
    )


def _phase_colours(names: "Iterable[str]") -> dict[str, str]:
    palette = style.PHASE_COLOURS
    return {name: palette[min(index, len(palette) - 1)] for index, name in enumerate(dict.fromkeys(names))}


CHART = TimelineChart()
