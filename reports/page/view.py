"""What of a report document stands where on its page; figures are taken from it as they are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import wording
from reports.document import Role
from reports.ordering import in_reading_order, panels_of
from reports.page import series

if TYPE_CHECKING:
    from reports.document import AttributionRow, ClaimRow, InteractionCell, Report, Row, Section
    from reports.page.series import Chart

MOST_BARS = 60  # rows of bars for one meter; the table of all samples has the rest
_MOST_PAIRS_IN_WORDS = 6
_MOST_PHASES = 12
_TOLD = (Role.REFERENCE, Role.BEFORE, Role.AFTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One of the few figures that stand at the top of a section."""

    words: str
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

    fixes: tuple[str, ...]
    cells: "dict[tuple[str, str], InteractionCell]"  # each pair both ways
    strongest: "tuple[InteractionCell, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One of the terms in which a saving can be told, and the field of a row that has it."""

    words: str
    field: str
    role: Role

    def of(self, row: "AttributionRow") -> int | None:
        """Take this term's figure from a row."""
        amount: int | None = getattr(row, self.field)
        return amount


_TERMS = (
    Term(words="its share", field="shapley_bytes", role=Role.AFTER),
    Term(words="alone", field="alone_bytes", role=Role.SINGLE),
    Term(words="lost without it", field="leave_one_out_bytes", role=Role.SINGLE),
    Term(words="as its step", field="cumulative_bytes", role=Role.STEP),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """One section with what is chosen and arranged for its part of the page."""

    section: "Section"
    anchor: str
    tiles: tuple[Tile, ...]
    bars: tuple[Bars, ...]
    claims: "list[tuple[str, list[ClaimRow]]]"  # unit, and those that share a scale
    terms: tuple[Term, ...]  # those in which some saving is known
    matrix: Matrix | None
    timeline: "Chart | None"
    growth: "Chart | None"
    phases: tuple[str, ...]  # the columns of the table of phases
    rows_with_phases: "tuple[Row, ...]"

    @property
    def shares(self) -> bool:
        """Whether the saving is divided into shares."""
        return any(term.field == "shapley_bytes" for term in self.terms)

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
        terms=_terms(section),
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
        Tile(words=row.title, variant=row.variant, role=row.role, peak_bytes=row.peak_bytes)
        for row in (*told, best)
        if row is not None and row.peak_bytes is not None
    ]


def _bars(section: "Section", meter: str) -> Bars:
    rows = in_reading_order(section, meter)
    told_first = sorted(range(len(rows)), key=lambda index: rows[index].role not in _TOLD)
    kept = sorted(told_first[:MOST_BARS])
    return Bars(meter=meter, rows=tuple(rows[index] for index in kept), left_out=len(rows) - len(kept))


def _terms(section: "Section") -> tuple[Term, ...]:
    rows = section.attribution.rows if section.attribution else ()
    return tuple(term for term in _TERMS if any(term.of(row) is not None for row in rows))


def _matrix(section: "Section") -> Matrix | None:
    attribution = section.attribution
    if attribution is None or not attribution.interactions:
        return None
    pairs = attribution.interactions
    in_pairs = (fix for pair in pairs for fix in (pair.first, pair.second))
    fixes = tuple(dict.fromkeys((*(row.fix for row in attribution.rows), *in_pairs)))
    cells = {(pair.first, pair.second): pair for pair in pairs} | {(pair.second, pair.first): pair for pair in pairs}
    told = sorted((pair for pair in pairs if pair.words), key=lambda pair: -abs(pair.saved_bytes))
    return Matrix(fixes=fixes, cells=cells, strongest=tuple(told[:_MOST_PAIRS_IN_WORDS]))
