"""Interactions: which fixes replace each other, and which need each other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.patches import Patch, Rectangle

from membench.reports import palette, wording
from membench.reports.charts import labels, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from membench.harness.keys import Switch
    from membench.reports.document import Attribution, InteractionCell, Report, Section

_NEITHER = "#F2F2F2"
_MAP = LinearSegmentedColormap.from_list("interactions", [palette.REPLACE, _NEITHER, palette.NEED])
_LEAST_COLOUR = 0.12  # of the scale, so that a noticeable amount is seen beside a large one
_CELL_INCHES = 0.5
_FRAME_INCHES = 0.85  # for the names below the matrix and its key
_DARK = 0.5  # of the largest amount: from here on letters are white
_GAP = 0.04  # of a cell, between two
_LONGEST_HEAD = 10  # letters of a column's name
_SHOWN = 0.005  # MiB; below it two decimals say nothing


@dataclass(frozen=True, slots=True)
class InteractionsChart:
    """The lower half of a matrix, a cell for each pair."""

    name: str = "interactions"
    title: str = "Which fixes replace each other, and which need each other"

    def draw(self, report: "Report") -> "list[tuple[str, Figure]]":
        """Draw a figure for each scenario with the interactions of its fixes."""
        with style.applied():
            return [
                (f"{self.name}-{section.scenario}", _figure(section, section.attribution))
                for section in report.sections
                if section.attribution is not None and section.attribution.interactions
            ]


def _figure(section: "Section", attribution: "Attribution") -> "Figure":
    fixes = [row.fix for row in attribution.rows]
    figure = style.new_figure(
        _FRAME_INCHES + _CELL_INCHES * len(fixes),
        title=f"{section.scenario}: which fixes replace each other, and which need each other",
        subtitle="What two fixes save together beyond what each saves, averaged over what else is made, in MiB. "
        "Below 0: they replace each other, and their savings must not be added up.",
    )
    axes = figure.subplots()
    style.clear(axes)
    pairs = {(pair.first, pair.second): pair for pair in attribution.interactions}
    largest = max(style.in_mib(abs(pair.saved_bytes)) for pair in attribution.interactions) or 1.0
    for column, first in enumerate(fixes[:-1]):
        for row, second in enumerate(fixes[1:]):
            pair = pairs.get((first, second), pairs.get((second, first)))
            if row >= column and pair is not None:
                _draw_cell(axes, column, row, pair, largest)
    _name_sides(axes, fixes)
    figure.legend(
        handles=[Patch(color=palette.REPLACE), Patch(color=palette.NEED), Patch(color=_NEITHER)],
        labels=["replace each other", "need each other", "independent"],
        loc="outside lower left",
        ncols=3,
        frameon=False,
        fontsize=style.SMALL_POINTS,
    )
    return figure


def _draw_cell(axes: "Axes", column: int, row: int, pair: "InteractionCell", largest: float) -> None:
    amount = style.in_mib(pair.saved_bytes)
    share = amount / largest
    if wording.is_independent(pair) or abs(amount) < _SHOWN:
        share = 0.0
    elif abs(share) < _LEAST_COLOUR:
        share = _LEAST_COLOUR if share > 0 else -_LEAST_COLOUR
    side = 1 - 2 * _GAP
    corner = (column - 0.5 + _GAP, row - 0.5 + _GAP)
    axes.add_patch(Rectangle(corner, side, side, facecolor=_MAP(TwoSlopeNorm(0, -1, 1)(share)), linewidth=0))
    axes.text(
        column,
        row,
        "0" if abs(amount) < _SHOWN else f"{amount:+,.2f}",
        ha="center",
        va="center",
        fontsize=style.SMALL_POINTS,
        color=style.PAPER if abs(share) >= _DARK else style.MUTED if share == 0 else style.INK,
    )


def _name_sides(axes: "Axes", switches: "Sequence[Switch]") -> None:
    """Write whole names on the left, and below each column the short ones."""
    heads = [wording.plain(switch.heading) for switch in switches]
    fixes = [str(switch) for switch in switches]
    if len(set(heads)) < len(heads) or max(map(len, heads)) > _LONGEST_HEAD:
        heads = [str(number) for number in range(1, len(fixes) + 1)]
        fixes = [f"{number}. {fix}" for number, fix in zip(heads, fixes, strict=True)]
    last = len(fixes) - 1
    axes.set_xlim(-0.5, last - 0.5)
    axes.set_ylim(last - 0.5, -0.5)
    axes.set_xticks(range(last), heads[:-1])
    axes.tick_params(axis="x", labelsize=style.TEXT_POINTS, labelcolor=style.INK)
    axes.set_yticks(range(last), [labels.name(fix) for fix in fixes[1:]])


CHART = InteractionsChart()
