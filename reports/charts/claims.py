"""Claims: what each fix was said to save, beside what it saved."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from membench.harness.model import Role
from membench.reports import wording
from membench.reports.charts import labels, style
from membench.reports.ordering import panels_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

    from membench.reports.document import ClaimRow, Report, Section

_ROW_INCHES = 0.52
_PANEL_INCHES = 0.75  # for a panel's axis and its unit
_KEY_INCHES = 0.4
_BAND_HEIGHT = 0.72
_LANE = 0.19  # from the middle of a row to its two markers
_CLAIMED = "#cfcfcf"
_MARGIN = 0.04  # of the axis, so that a marker at its end is whole
_MEASURED: dict[str, Any] = {"marker": "o", "markersize": 8, "color": style.COLOURS[Role.SINGLE]}
_AS_WRITTEN: dict[str, Any] = _MEASURED | {
    "color": style.COLOURS[Role.AS_WRITTEN],
    "markerfacecolor": style.PAPER,
    "markeredgewidth": 1.6,
}


@dataclass(frozen=True, slots=True)
class ClaimsChart:
    """A panel for each unit: the claimed range as a band, what was measured as a dot."""

    name: str = "claims"
    title: str = "What each fix was said to save, and what it saved"

    def draw(self, report: "Report") -> "list[tuple[str, Figure]]":
        """Draw a figure for each scenario that has claims."""
        with style.applied():
            return [
                (f"{self.name}-{section.scenario}", _figure(section)) for section in report.sections if section.claims
            ]


def _figure(section: "Section") -> "Figure":
    panels = panels_of(section.claims)
    heights = [_row_inches(section.claims) * len(claims) for _, claims in panels]
    figure = style.new_figure(
        sum(heights) + _PANEL_INCHES * len(panels) + _KEY_INCHES,
        title=f"{section.scenario}: what each fix was said to save, and what it saved",
        subtitle="Right of the line at 0 is memory saved; left of it, memory that the change cost.",
    )
    panels_axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (unit, claims) in zip(panels_axes, panels, strict=True):
        _draw_panel(axes, unit, claims)
    # Room is made once all panels are there, for each takes from the others'.
    for axes, (_, claims) in zip(panels_axes, panels, strict=True):
        _draw_figures(axes, claims)
    handles = _key(with_letter=any(claim.measured_as_written is not None for claim in section.claims))
    figure.legend(handles=handles, loc="outside lower left", ncols=3, frameon=False, fontsize=style.SMALL_POINTS)
    return figure


def _row_inches(claims: "Sequence[ClaimRow]") -> float:
    return max(
        _ROW_INCHES, *(labels.row_inches([f"{labels.name(str(row.fix))}\n{labels.name(row.claim)}"]) for row in claims)
    )


def _draw_panel(axes: "Axes", unit: str, claims: "Sequence[ClaimRow]") -> None:
    style.clear(axes)
    style.measure_along(axes.xaxis, f"saved, {style.wrapped(unit, 60, lines=1)[0]}")
    axes.set_yticks([])
    axes.set_ylim(len(claims) - 0.5, -0.5)
    axes.axvline(0, color=style.INK, linewidth=1.0, zorder=1)
    for row, claim in enumerate(claims):
        _name(axes, row, claim)
        width = claim.claimed_high - claim.claimed_low
        # The edge keeps a narrow claim visible on a wide axis.
        axes.barh(
            row,
            width,
            left=claim.claimed_low,
            height=_BAND_HEIGHT,
            color=_CLAIMED,
            edgecolor=_CLAIMED,
            linewidth=1.5,
            zorder=2,
        )


def _name(axes: "Axes", row: int, claim: "ClaimRow") -> None:
    """Write the fix to the left of its row, and below it the claim in its own words."""
    common: dict[str, Any] = {
        "xycoords": axes.get_yaxis_transform(),
        "textcoords": "offset points",
        "ha": "right",
        "multialignment": "right",
    }
    name, claimed = labels.name(str(claim.fix)), labels.name(claim.claim)
    # The two meet where the height of their lines says, so that the pair is in the middle of the row.
    meet = (name.count("\n") - claimed.count("\n")) * style.SMALL_POINTS * -0.6
    axes.annotate(name, (0, row), xytext=(-8, meet + 0.5), va="bottom", **common)
    axes.annotate(
        claimed, (0, row), xytext=(-8, meet - 0.5), va="top", fontsize=style.SMALL_POINTS, color=style.MUTED, **common
    )


def _draw_figures(axes: "Axes", claims: "Sequence[ClaimRow]") -> None:
    written = [label for row, claim in enumerate(claims) for label in _draw_measured(axes, row, claim)]
    values = [
        value
        for claim in claims
        for value in (0.0, claim.claimed_low, claim.claimed_high, claim.measured, claim.measured_as_written)
        if value is not None
    ]
    low, high = min(values), max(values)
    margin = (high - low or 1.0) * _MARGIN
    labels.make_room(axes, written, low=low - margin, high=high + margin)


def _draw_measured(axes: "Axes", row: int, claim: "ClaimRow") -> "list[Annotation]":
    if claim.measured is None and claim.measured_as_written is None:
        return [labels.beside(axes, 0, row, "no figure in these terms", color=style.MUTED, fontsize=style.SMALL_POINTS)]
    lane = 0 if claim.measured is None or claim.measured_as_written is None else _LANE
    places = ((claim.measured, row - lane, _MEASURED), (claim.measured_as_written, row + lane, _AS_WRITTEN))
    return [_draw_marker(axes, value, place, claim.unit, look) for value, place, look in places if value is not None]


def _draw_marker(axes: "Axes", value: float, place: float, unit: str, look: dict[str, Any]) -> "Annotation":
    axes.plot([value], [place], zorder=4, **look)
    # Away from 0, so that no label crosses its line; on the band itself, which is pale enough to read on.
    look_of_label: dict[str, Any] = {"to_left": value < 0, "on_paper": False, "fontsize": style.SMALL_POINTS}
    return labels.beside(axes, value, place, wording.claim_figure(value, unit), **look_of_label)


def _key(*, with_letter: bool) -> "list[Artist]":
    handles: list[Artist] = [
        Patch(color=_CLAIMED, label="claimed"),
        Line2D([], [], linestyle="none", label="measured", **_MEASURED),
    ]
    if with_letter:
        handles.append(Line2D([], [], linestyle="none", label="measured, as written", **_AS_WRITTEN))
    return handles


CHART = ClaimsChart()
