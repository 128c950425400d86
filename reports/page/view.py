"""What of a report document stands where on its page; figures are taken from it as they are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from membench.harness.model import Role
from membench.reports import wording
from membench.reports.ordering import in_reading_order, panels_of
from membench.reports.page import series

if TYPE_CHECKING:
    from membench.harness.keys import Switch
    from membench.reports.document import ClaimRow, InteractionCell, Report, Row, Section
    from membench.reports.page.series import Chart
    from membench.reports.wording import AttributionColumn

MOST_BARS = 60  # rows of bars for one meter; the table of all samples has the rest
_MOST_PAIRS_IN_WORDS = 8
_MOST_PHASES = 12
_TOLD = (Role.REFERENCE, Role.BEFORE, Role.AFTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One of the few figures that stand at the top of a section."""

    text: str
    variant: str
    role: Role
    peak_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """The rows of one meter that are drawn as bars."""

    meter: str
    rows: "tuple[Row, ...]"
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The interactions of every two fixes as a square."""

    fixes: "tuple[Switch, ...]"
    cells: "dict[tuple[Switch, Switch], InteractionCell]"  # each pair both ways
    text: tuple[str, ...]  # of the strongest


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """One section with what is chosen and arranged for its part of the page."""

    section: "Section"
    anchor: str
    tiles: tuple[Tile, ...]
    bars: tuple[Bars, ...]
    claims: "list[tuple[str, list[ClaimRow]]]"  # unit, and those that share a scale
    senses: "list[AttributionColumn]"  # in which a saving is known
    matrix: Matrix | None
    timeline: "Chart | None"
    growth: "Chart | None"
    phases: tuple[str, ...]  # the columns of the table of phases
    rows_with_phases: "tuple[Row, ...]"

    @property
    def over_budget(self) -> bool:
        """Whether a peak exceeds its budget."""
        return wording.exceed_budgets(self.section.rows)

    @property
    def shares(self) -> bool:
        """Whether the saving is divided into shares."""
        return any(sense.heading == wording.SHARE for sense in self.senses)

    @property
    def charts(self) -> "list[Chart]":
        """The charts that the script draws."""
        return [chart for chart in (self.timeline, self.growth) if chart is not None]


def sections_of(report: "Report") -> list[SectionView]:
    """Arrange every section of a report."""
    return [_view(section, f"s{number}") for number, section in enumerate(report.sections, start=1)]


def _view(section: "Section", anchor: str) -> SectionView:
    with_phases = [row for row in section.rows if row.phases][:MOST_BARS]
    phases = list(dict.fromkeys(name for row in with_phases for name, _ in row.phases))
    return SectionView(
        section=section,
        anchor=anchor,
        tiles=tuple(_tiles(section)),
        bars=tuple(_bars(section, meter) for meter in wording.meters(section.rows)),
        claims=panels_of(section.claims),
        senses=wording.attribution_columns(section.attribution) if section.attribution else [],
        matrix=_matrix(section),
        timeline=series.over_time(section, f"{anchor}-time"),
        growth=series.over_size(section, f"{anchor}-size"),
        phases=tuple(phases[:_MOST_PHASES]),
        rows_with_phases=tuple(with_phases),
    )


def _tiles(section: "Section") -> "list[Tile]":
    """Take the levels that the story is about, and the fix that saves most alone."""
    first = wording.meters(section.rows)[:1]
    sound = [row for row in section.rows if row.meter in first and wording.is_ok(row)]
    told = [next((row for row in sound if row.role is role), None) for role in _TOLD]
    singles = [row for row in sound if row.role is Role.SINGLE and (row.change_bytes or 0) < 0]
    best = min(singles, key=lambda row: row.change_bytes or 0, default=None)
    return [
        Tile(text=row.title, variant=row.variant, role=row.role, peak_bytes=row.peak_bytes)
        for row in (*told, best)
        if row is not None and row.peak_bytes is not None
    ]


def _bars(section: "Section", meter: str) -> Bars:
    rows = in_reading_order(section, meter)
    told_first = sorted(range(len(rows)), key=lambda index: rows[index].role not in _TOLD)
    kept = sorted(told_first[:MOST_BARS])
    return Bars(meter=meter, rows=tuple(rows[index] for index in kept), left_out=len(rows) - len(kept))


def _matrix(section: "Section") -> Matrix | None:
    attribution = section.attribution
    if attribution is None or not attribution.interactions:
        return None
    pairs = attribution.interactions
    in_pairs = (fix for pair in pairs for fix in (pair.first, pair.second))
    fixes = tuple(dict.fromkeys((*(row.fix for row in attribution.rows), *in_pairs)))
    cells = {(pair.first, pair.second): pair for pair in pairs} | {(pair.second, pair.first): pair for pair in pairs}
    return Matrix(fixes=fixes, cells=cells, text=tuple(wording.interaction_words(attribution)[:_MOST_PAIRS_IN_WORDS]))
