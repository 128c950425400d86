"""What the script draws: lines over time, over size and over runs, in MiB and seconds."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from membench.harness.model import Role
from membench.harness.units import MIB
from membench.reports import wording
from membench.reports.ordering import merged
from membench.reports.palette import PHASE_COLOURS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from membench.reports.document import Growth, PhaseSpan, Section, Timeline

MOST_LINES = 30  # of one chart; more than that nobody tells apart, and the page has to carry them
_MOST_SPANS = 1000  # of one line that are named under the cursor
ALWAYS_SHOWN = (Role.REFERENCE, Role.BEFORE, Role.AFTER)
_STRIP = 1000  # units that a strip of phases is wide
_SECOND_DECIMALS = 4
_MIB_DECIMALS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a chart, with what its row in the table beside the chart says."""

    name: str
    role: Role
    shown: bool  # from the start; others are chosen by name
    xs: "Sequence[float]"
    ys: "Sequence[float]"
    label: str  # the figure that the table gives for the whole line
    peak: float | None = None  # drawn as a level over the whole width
    dashed: bool = False
    points: bool = False
    spans: tuple[tuple[str, float, float], ...] = ()  # name, start and end on the axis of xs
    strip: tuple[tuple[int, str, str], ...] = ()  # of phases: number of the colour, name and path
    marks: tuple[int, ...] = ()  # indices of points that are marked

    def document(self) -> dict[str, Any]:
        """Make what the script reads."""
        names = list(dict.fromkeys(name for name, _, _ in self.spans))
        return {
            "name": wording.plain(self.name),
            "role": str(self.role),
            "shown": self.shown,
            "xs": list(self.xs),
            "ys": list(self.ys),
            "peak": self.peak,
            "dashed": self.dashed,
            "points": self.points,
            "phases": [wording.plain(name) for name in names],
            "spans": [(names.index(name), start, end) for name, start, end in self.spans],
            "marks": list(self.marks),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart; its element in the page has the same identifier."""

    identifier: str
    lines: tuple[Line, ...]
    x_unit: str  # "s", "teams" or "" for runs
    figure: str = "peak"  # what the label of each line is
    left_out: int = 0  # lines that are not on the page
    phases: tuple[tuple[int, str], ...] = ()  # number of the colour and name, for the key
    x_labels: tuple[str, ...] = ()  # where x counts runs
    breaks: tuple[int, ...] = ()  # runs that are not comparable with the one before
    needs_choice: bool = False

    def document(self) -> dict[str, Any]:
        """Make what the script reads."""
        return {
            "id": self.identifier,
            "unit": self.x_unit,
            "labels": [wording.plain(label) for label in self.x_labels],
            "breaks": list(self.breaks),
            "lines": [line.document() for line in self.lines],
        }


def over_time(section: "Section", identifier: str) -> Chart | None:
    """Make the chart of resident memory over time; None where nothing was followed."""
    if not section.timelines:
        return None
    ordered = sorted(section.timelines, key=lambda line: place_of(line.role))
    kept = ordered[:MOST_LINES]
    # The still picture of the same lines begins with these, and a phase has one colour in both.
    told = sorted(kept, key=lambda line: line.role not in {Role.BEFORE, Role.AFTER})
    names = dict.fromkeys(span.name for line in told for span in line.phases)
    colours = {name: min(number, len(PHASE_COLOURS) - 1) for number, name in enumerate(names)}
    end = max((end for line in kept for end in _ends(line)), default=0.0) or 1.0
    lines = shown_first([_time_line(line, colours, end) for line in kept], [line.peak_bytes for line in kept])
    return Chart(
        identifier=identifier,
        lines=lines,
        x_unit="s",
        left_out=len(ordered) - len(kept),
        phases=tuple((number, name) for name, number in colours.items()),
        needs_choice=not all(line.shown for line in lines),
    )


def over_size(section: "Section", identifier: str) -> Chart | None:
    """Make the chart of peaks over the number of teams, each with the straight line through it."""
    if not section.growth:
        return None
    lines = [line for growth in section.growth for line in _growth_lines(growth)]
    return Chart(identifier=identifier, lines=tuple(lines), x_unit="teams", figure="slope")


def shown_first(lines: "list[Line]", weights: "Sequence[int]" = ()) -> tuple[Line, ...]:
    """Show at least one line from the start: the one of the largest weight, or else the first."""
    if lines and not any(line.shown for line in lines):
        first = weights.index(max(weights)) if weights else 0
        lines[first] = replace(lines[first], shown=True)
    return tuple(lines)


def in_mib(size: float) -> float:
    """Convert bytes to the unit of every axis."""
    return round(size / MIB, _MIB_DECIMALS)


def place_of(role: Role) -> int:
    return ALWAYS_SHOWN.index(role) if role in ALWAYS_SHOWN else len(ALWAYS_SHOWN)


def _ends(line: "Timeline") -> "Iterable[float]":
    return (*line.seconds[-1:], *(span.end_seconds for span in line.phases[-1:]))


def _time_line(line: "Timeline", colours: dict[str, int], end: float) -> Line:
    return Line(
        name=line.variant,
        role=line.role,
        shown=line.role in ALWAYS_SHOWN,
        xs=[round(second, _SECOND_DECIMALS) for second in line.seconds],
        ys=[in_mib(size) for size in line.rss_bytes],
        label=wording.size(line.peak_bytes),
        peak=in_mib(line.peak_bytes),
        spans=tuple(
            (span.name, round(span.start_seconds, _SECOND_DECIMALS), round(span.end_seconds, _SECOND_DECIMALS))
            for span in line.phases[:_MOST_SPANS]
        ),
        strip=tuple(
            (colours[name], name, _strip_path(stretches, end)) for name, stretches in _stretches(line.phases).items()
        ),
    )


def _stretches(phases: "Sequence[PhaseSpan]") -> dict[str, list[tuple[float, float]]]:
    return merged(phases)


def _strip_path(stretches: "Sequence[tuple[float, float]]", end: float) -> str:
    """Draw the stretches of one phase as rectangles of one path, each wide enough to be seen."""
    drawn = (
        f"M{_along(start, end)} 0h{max(_along(length, end), 1)}v10h-{max(_along(length, end), 1)}z"
        for start, length in stretches
    )
    return "".join(dict.fromkeys(drawn))


def _along(seconds: float, end: float) -> float:
    place = round(_STRIP * min(max(seconds / end, 0.0), 1.0), 1)
    return int(place) if place == int(place) else place


def _growth_lines(growth: "Growth") -> "Iterable[Line]":
    shown = {"role": growth.role, "shown": True}
    yield Line(
        name=growth.variant,
        xs=list(growth.sizes),
        ys=[in_mib(size) for size in growth.peak_bytes],
        label=f"{wording.slope(growth.slope_bytes)} B a team",
        points=True,
        **shown,  # type: ignore[arg-type]
    )
    ends = (growth.sizes[0], growth.sizes[-1]) if growth.sizes else ()
    yield Line(
        name=f"{growth.variant}, straight line",
        xs=list(ends),
        ys=[in_mib(growth.intercept_bytes + growth.slope_bytes * size) for size in ends],
        label="",
        dashed=True,
        **shown,  # type: ignore[arg-type]
    )
