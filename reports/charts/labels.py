"""Places labels by the room that they take, so that none covers another and none is cut."""

from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from membench.reports.charts import style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

    from membench.harness.model import Level

BAR_HEIGHT = 0.64  # of a row

_FRAME_INCHES = 0.95  # of a figure of rows, for its axis, the unit and the levels' labels
_BAR_INCHES = 0.17  # of each where a row has several, for a label of its own
_GAP_POINTS = 6.0
_COLUMN_GAP_POINTS = 16.0
LEADER_POINTS = 16.0  # from the end of a line to what is written about it
_FLAG_POINTS = 14.0  # from one row of flags to the next
_DASHES = ((0, (5, 2)), (0, (1, 1.4)), (0, (7, 2, 1, 2)))
_MOST_SEARCHED = 4  # levels; the search for places grows with the power of their number
_NAME_LETTERS = 34
_NAME_LINES = 3
_OVERHANG_POINTS = 60.0  # to the left of an axis, above its names
_WIDEST_SHARE = 0.9  # of an axis, that one label may take
_ROUNDS = 12  # widening one end moves the other; it settles within a few


def figure_of_rows(
    names: "Sequence[str]", *, title: str, subtitle: str, unit: str, bars: int = 1, foot_inches: float = 0.0
) -> "tuple[Figure, Axes]":
    """Make a figure of so many bars a row: row 0 at the top, its name on the left, amounts along the bottom.

    `foot_inches` is room below the axis, for a key.
    """
    height = max(row_inches(names), _BAR_INCHES * (bars + 1) if bars > 1 else 0.0)
    figure = style.new_figure(_FRAME_INCHES + height * len(names) + foot_inches, title=title, subtitle=subtitle)
    axes = figure.subplots()
    style.clear(axes)
    style.measure_along(axes.xaxis, unit)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    return figure, axes


def name(text: str) -> str:
    """Break the name of a row into lines that leave the chart its room."""
    return "\n".join(style.wrapped(text, _NAME_LETTERS, lines=_NAME_LINES))


def row_inches(names: "Sequence[str]") -> float:
    """Say how high a row must be for the longest of the broken names."""
    lines = max((text.count("\n") + 1 for text in names), default=1)
    return 0.15 + 0.17 * lines


def width_points(texts: "Sequence[str]", *, points: float) -> float:
    """Measure the widest of some lines of text."""
    font = FontProperties(family=style.FONT, size=points)
    widths = [text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] for text in texts]
    return max(widths, default=0.0)


def beside(
    axes: "Axes", value: float, row: float, text: str, *, to_left: bool = False, on_paper: bool = True, **look: Any
) -> "Annotation":
    """Write a label beside a bar's or a marker's end; paper of its own hides the lines behind it."""
    paper = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 1.2}
    return axes.annotate(
        text,
        (value, row),
        xytext=(-_GAP_POINTS if to_left else _GAP_POINTS, 0),
        textcoords="offset points",
        ha="right" if to_left else "left",
        va="center_baseline",
        bbox=paper if on_paper else None,
        zorder=5,
        **look,
    )


def make_room(axes: "Axes", labels: "Sequence[Annotation]", *, low: float, high: float) -> None:
    """Set the x axis from `low` to `high`, or as far as the labels beside their values need."""
    axes.set_xlim(low, high)
    figure = style.figure_of(axes)
    figure.draw_without_rendering()
    width = axes.get_window_extent().width
    gaps = 2 * _GAP_POINTS * figure.dpi / style.POINTS_PER_INCH
    needs: dict[str, list[tuple[float, float]]] = {"left": [], "right": []}
    for label in labels:
        share = (label.get_window_extent().width + gaps) / width
        needs[label.get_horizontalalignment()].append((label.xy[0], min(share, _WIDEST_SHARE)))
    # A label is aligned at its left end where it stands to the right of its value.
    axes.set_xlim(*widened(low, high, to_right=needs["left"], to_left=needs["right"]))


def widened(
    low: float,
    high: float,
    *,
    to_right: "Sequence[tuple[float, float]]",
    to_left: "Sequence[tuple[float, float]]",
) -> tuple[float, float]:
    """Widen an axis until every value has its label's share of the axis free on the label's side."""
    lowest, highest = low, high
    for _ in range(_ROUNDS):
        highest = max([high, *(lowest + (value - lowest) / (1 - share) for value, share in to_right)])
        lowest = min([low, *(highest - (highest - value) / (1 - share) for value, share in to_left)])
    return lowest, highest


def columns(axes: "Axes", headed: "dict[str, Sequence[str]]") -> None:
    """Write columns of figures to the right of the rows 0, 1, 2 ..., each under its heading."""
    right = 0.0
    for heading, cells in headed.items():
        right += _COLUMN_GAP_POINTS + width_points([heading, *cells], points=style.SMALL_POINTS)
        look: dict[str, Any] = {
            "textcoords": "offset points",
            "ha": "right",
            "fontsize": style.SMALL_POINTS,
            "color": style.MUTED,
        }
        axes.annotate(heading, (1, 1), xycoords="axes fraction", xytext=(right, 3), va="bottom", **look)
        for row, cell in enumerate(cells):
            place = axes.get_yaxis_transform()
            axes.annotate(cell, (1, row), xycoords=place, xytext=(right, 0), va="center_baseline", **look)


def spread_apart(places: "Sequence[float]", gap: float, *, lowest: float) -> list[float]:
    """Raise places along an axis just so far that each is a gap above the one below it."""
    raised = list(places)
    for index in sorted(range(len(places)), key=lambda index: places[index]):
        raised[index] = max(places[index], lowest)
        lowest = raised[index] + gap
    return raised


def heights_points(axes: "Axes", values: "Sequence[float]") -> list[float]:
    """Tell how high values stand on the y axis, in points; the figure must have been laid out."""
    to_points = style.POINTS_PER_INCH / style.figure_of(axes).dpi
    return [float(axes.transData.transform((0, value))[1]) * to_points for value in values]


def at_the_end(
    axes: "Axes",
    end: tuple[float, float],
    text: str,
    *,
    raised: float,
    colour: str,
    gap_points: float = 0.0,
    **look: Any,
) -> None:
    """Write what a line is to the right of its end, so many points above it, with a leader from a gap beside the end.

    `look` may say in which coordinates the end is given.
    """
    axes.annotate(
        text,
        end,
        xytext=(LEADER_POINTS, raised),
        textcoords="offset points",
        va="center",
        fontsize=style.SMALL_POINTS,
        arrowprops={"arrowstyle": "-", "color": colour, "relpos": (0, 0.5), "shrinkA": 3, "shrinkB": gap_points},
        **look,
    )


def draw_levels(axes: "Axes", levels: "Sequence[Level]") -> None:
    """Draw a line for each level, with its label as a flag above the axes; the x axis must be final."""
    figure = style.figure_of(axes)
    if not levels:
        return
    figure.draw_without_rendering()
    to_points = style.POINTS_PER_INCH / figure.dpi
    values = [style.in_mib(level.peak_bytes) for level in levels]
    texts = [f"{_level_name(level)} {style.mib_label(level.peak_bytes)}" for level in levels]
    start = axes.get_window_extent().x0
    poles = [(axes.transData.transform((value, 0))[0] - start) * to_points for value in values]
    widths = [width_points([text], points=style.SMALL_POINTS) for text in texts]
    flags = arrange_flags(poles, widths, limit=axes.get_window_extent().width * to_points)
    for index, (value, text, flag) in enumerate(zip(values, texts, flags, strict=True)):
        _draw_flag(axes, value, text, flag, dashes=_DASHES[index % len(_DASHES)])


def _level_name(level: "Level") -> str:
    return style.wrapped(level.label, _NAME_LETTERS, lines=1)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Where the label of a level goes, in points from the left end of its axis."""

    pole: float
    left: float
    right: float
    row: int

    def clashes_with(self, other: "Flag") -> bool:
        """Say whether the labels overlap or one's pole would run through the other's label."""
        if self.row == other.row and self.left < other.right and other.left < self.right:
            return True
        return self.is_crossed_by(other) or other.is_crossed_by(self)

    def is_crossed_by(self, other: "Flag") -> bool:
        """Say whether the other's pole runs through this label on its way up to its own."""
        return self.row <= other.row and self.left < other.pole < self.right


def arrange_flags(poles: "Sequence[float]", widths: "Sequence[float]", *, limit: float) -> list[Flag]:
    """Place each label on either side of its pole, in as few rows as do without a clash."""
    rows = range(len(poles))
    choices = [
        [flag for row in rows for flag in _sides(pole, width, row) if _fits(flag, limit)]
        for pole, width in zip(poles, widths, strict=True)
    ]
    if len(poles) <= _MOST_SEARCHED:
        for flags in sorted(product(*choices), key=lambda flags: sum(flag.row for flag in flags)):
            if not any(one.clashes_with(other) for one, other in combinations(flags, 2)):
                return list(flags)
    return _stacked(poles, widths, limit=limit)


def _sides(pole: float, width: float, row: int) -> tuple[Flag, Flag]:
    far = width + 2 * _GAP_POINTS
    return (
        Flag(pole=pole, left=pole, right=pole + far, row=row),
        Flag(pole=pole, left=pole - far, right=pole, row=row),
    )


def _fits(flag: Flag, limit: float) -> bool:
    return flag.left >= -_OVERHANG_POINTS and flag.right <= limit + _GAP_POINTS


def _stacked(poles: "Sequence[float]", widths: "Sequence[float]", *, limit: float) -> list[Flag]:
    """Give each label a row of its own, the rightmost lowest: poles may be crossed, labels never overlap."""
    from_right = sorted(range(len(poles)), key=lambda index: -poles[index])
    flags = []
    for index, (pole, width) in enumerate(zip(poles, widths, strict=True)):
        left = max(min(pole, limit - width), -_OVERHANG_POINTS)
        flags.append(Flag(pole=pole, left=left, right=left + width, row=from_right.index(index)))
    return flags


def _draw_flag(axes: "Axes", value: float, text: str, flag: Flag, *, dashes: Any) -> None:
    look = {"color": style.INK, "linewidth": 1.0, "linestyle": dashes}
    axes.axvline(value, zorder=3, **look)
    place = axes.get_xaxis_transform()
    top = (flag.row + 1) * _FLAG_POINTS
    pole = {"arrowstyle": "-", "shrinkA": 0, "shrinkB": 0, **look}
    axes.annotate("", (value, 1), xycoords=place, xytext=(0, top), textcoords="offset points", arrowprops=pole)
    axes.annotate(
        text,
        (value, 1),
        xycoords=place,
        xytext=(flag.left - flag.pole + _GAP_POINTS, top - 1),
        textcoords="offset points",
        va="top",
        fontsize=style.SMALL_POINTS,
    )
