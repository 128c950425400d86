"""One look for every chart: colours by role, sizes that survive printing, amounts in MiB, no chart junk."""

import warnings
from contextlib import contextmanager
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import matplotlib.style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from membench.harness.units import MIB
from membench.reports import palette, wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

INK = "#222222"
MUTED = "#5f5f5f"
FAINT = "#d9d9d9"
PAPER = "white"
ALARM = "#B23A00"  # the palette's vermillion, darkened until small letters keep a contrast of 4.5 on white

COLOURS = palette.COLOURS
PHASE_COLOURS = palette.PHASE_COLOURS
RISE = palette.RISE

FONT = "DejaVu Sans"  # comes with matplotlib: the same picture on every machine
WIDTH_INCHES = 9.0
TITLE_POINTS = 13.0
TEXT_POINTS = 10.0
SMALL_POINTS = 9.0
POINTS_PER_INCH = 72.0

_LINE = 1.35  # the height of a line as a multiple of its letters' size
_MARGIN_INCHES = 0.12
_SUBTITLE_LETTERS = 105  # of SMALL_POINTS in WIDTH_INCHES
_LONGEST_TITLE = 3  # lines
_SMALLEST_SHOWN = 0.001  # MiB; a page of 4 KiB is 0.004
_TENTH = 0.1  # MiB; below it two decimals say too little
_WHOLE = 1000  # MiB from which on a label has no decimals

_PARAMETERS: dict[str, Any] = {
    "font.family": FONT,
    "font.size": TEXT_POINTS,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": FAINT,
    "axes.labelsize": SMALL_POINTS,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "xtick.labelsize": SMALL_POINTS,
    "ytick.labelsize": TEXT_POINTS,
    "hatch.linewidth": 0.6,
    # A dollar in a name is a dollar, not mathematics.
    "text.parse_math": False,
    "text.usetex": False,
    # The labels' minus comes from `membench.harness.units`, which writes a hyphen.
    "axes.unicode_minus": False,
    # Otherwise the identifiers in the file are drawn by lot.
    "svg.hashsalt": "membench",
    # Letters as outlines: the picture does not depend on the typefaces of whoever looks at it.
    "svg.fonttype": "path",
}


@contextmanager
def applied() -> "Iterator[None]":
    """Draw in this style, whatever the user's matplotlibrc says, and leave the global state as it was."""
    with matplotlib.style.context(["default", _PARAMETERS]), warnings.catch_warnings():
        # A name may hold letters that the typeface lacks; it is drawn with boxes, which is no news to a user.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def new_figure(body_inches: float, *, title: str, subtitle: str) -> Figure:
    """Make a figure with a title, a line or two below it, and room of a given height for the chart itself."""
    titles = wrapped(title, 75, lines=_LONGEST_TITLE)
    subtitles = wrapped(subtitle, _SUBTITLE_LETTERS, lines=_LONGEST_TITLE)
    header = _MARGIN_INCHES + _inches(len(titles), TITLE_POINTS) + _inches(len(subtitles), SMALL_POINTS) + 0.1
    height = header + body_inches
    layout = ConstrainedLayoutEngine(rect=(0.005, 0.01, 0.99, body_inches / height - 0.01))
    figure = Figure(figsize=(WIDTH_INCHES, height), layout=layout, facecolor=PAPER)
    FigureCanvasAgg(figure)
    top = 1 - _MARGIN_INCHES / height
    left = _MARGIN_INCHES / WIDTH_INCHES
    below = top - _inches(len(titles), TITLE_POINTS) / height
    common: dict[str, Any] = {"ha": "left", "va": "top", "linespacing": 1.2}
    figure.text(left, top, "\n".join(titles), fontsize=TITLE_POINTS, fontweight="bold", **common)
    figure.text(left, below, "\n".join(subtitles), fontsize=SMALL_POINTS, color=MUTED, **common)
    return figure


def figure_of(axes: "Axes") -> Figure:
    """Return the figure that some axes stand in."""
    figure = axes.figure
    assert isinstance(figure, Figure)  # no chart nests one figure in another
    return figure


def _inches(lines: int, points: float) -> float:
    return lines * points * _LINE / POINTS_PER_INCH


def wrapped(text: str, letters: int, *, lines: int) -> list[str]:
    """Break text from data into lines; what no honest name needs is left out, and an ellipsis says so."""
    return wrap(wording.plain(text), letters, max_lines=lines, placeholder=" …") or [""]


def in_mib(size: float) -> float:
    """Convert bytes to the unit of every axis."""
    return size / MIB


def mib_label(size: int) -> str:
    """Print an amount in MiB however small it is: a chart has one unit."""
    amount = abs(in_mib(size))
    if size == 0:
        return "0 MiB"
    sign = "-" if size < 0 else ""
    if amount >= _WHOLE:
        return f"{sign}{amount:,.0f} MiB"
    if amount >= 1:
        return f"{sign}{amount:.2f} MiB"
    if amount < _SMALLEST_SHOWN:
        return f"{sign}<{_SMALLEST_SHOWN} MiB"
    return f"{sign}{amount:.{2 if amount >= _TENTH else 3}f} MiB"


def mib_shift_label(size: int) -> str:
    """Print a difference in MiB with its sign."""
    return f"+{mib_label(size)}" if size > 0 else mib_label(size)


def clear(axes: "Axes") -> None:
    """Take away what carries no information: the frame, the tick marks and the background."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    axes.set_axisbelow(True)


def measure_along(axis: "Axis", label: str) -> None:
    """Make an axis of amounts: few round ticks, thin lines behind what is drawn, and the unit."""
    axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axis.grid(visible=True, color=FAINT, linewidth=0.6)
    axis.set_tick_params(labelsize=SMALL_POINTS)
    axis.set_label_text(label)
