"""The page of stored runs: each workload's peak over them, the changes, and what cannot be compared."""

from collections.abc import Mapping
from dataclasses import dataclass

from membench.harness.history.series import Change, History, Series
from membench.harness.keys import Key
from membench.harness.model import Role
from membench.reports import wording
from membench.reports.page.assembly import assemble
from membench.reports.page.series import ALWAYS_SHOWN, MOST_LINES, Chart, Line, in_mib, place_of, shown_first

_MOST_CHANGES = 50  # in the list at the top, newest first; each workload's row has its own
_SPARK = (100, 20)  # units that the small curve beside a workload is wide and high


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One change with the workload that it is of."""

    series: Series
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The workloads of one scenario under one meter: they share an axis."""

    anchor: str
    scenario: str
    meter: str
    machine_class: str  # "" where all are of one class
    series: tuple[Series, ...]
    chart: Chart


def render_history(history: History, headline: str, roles: Mapping[Key, Role]) -> str:
    """Return the page as text; `roles` says which of the workloads a chart shows from the start."""
    groups = _groups(history, roles)
    found = [Found(series=series, change=change) for series in history.series for change in series.changes]
    found.sort(key=lambda entry: -entry.change.run)
    return assemble(
        "history.html.jinja",
        title="Peak memory over stored runs",
        history=history,
        headline=headline,
        groups=groups,
        found=found[:_MOST_CHANGES],
        more=max(0, len(found) - _MOST_CHANGES),
        spark=spark,
        charts=[group.chart.document() for group in groups],
    )


def _groups(history: History, roles: Mapping[Key, Role]) -> list[Group]:
    several = len({series.machine_class for series in history.series}) > 1
    together: dict[tuple[str, str, str], list[Series]] = {}
    for series in history.series:
        machine = series.machine_class if several else ""
        together.setdefault((series.scenario, series.meter, machine), []).append(series)
    return [
        Group(
            anchor=f"h{number}",
            scenario=scenario,
            meter=meter,
            machine_class=machine,
            series=tuple(own),
            chart=_chart(history, own, roles, f"h{number}-runs"),
        )
        for number, ((scenario, meter, machine), own) in enumerate(together.items(), start=1)
    ]


def _chart(history: History, series: list[Series], roles: Mapping[Key, Role], identifier: str) -> Chart:
    role = {one: roles.get(one.key, Role.OTHER) for one in series}
    # Those that changed come before those that did not, so that they are among the lines that are kept.
    ordered = sorted(series, key=lambda one: (place_of(role[one]), not one.changes))
    lines = shown_first([_line(one, role[one]) for one in ordered[:MOST_LINES]])
    return Chart(
        identifier=identifier,
        lines=lines,
        x_unit="",
        figure="newest",
        left_out=len(ordered) - len(lines),
        x_labels=tuple(run.label for run in history.runs),
        breaks=history.breaks,
        needs_choice=not all(line.shown for line in lines),
    )


def _line(series: Series, role: Role) -> Line:
    known = [(index, peak) for index, peak in enumerate(series.peak_bytes) if peak is not None]
    places = [index for index, _ in known]
    return Line(
        name=series.variant,
        role=role,
        shown=role in ALWAYS_SHOWN,
        xs=places,
        ys=[in_mib(peak) for _, peak in known],
        label=wording.size(known[-1][1] if known else None),
        points=True,
        marks=tuple(places.index(change.run) for change in series.changes),
    )


def spark(series: Series) -> str:
    """Draw the peaks as the points of a small curve from its own smallest to its own largest."""
    width, height = _SPARK
    known = [(index, peak) for index, peak in enumerate(series.peak_bytes) if peak is not None]
    peaks = [peak for _, peak in known]
    low, span = min(peaks, default=0), max(peaks, default=0) - min(peaks, default=0)
    steps = max(len(series.peak_bytes) - 1, 1)
    return " ".join(
        f"{width * index / steps:.1f},{height / 2 if not span else height - height * (peak - low) / span:.1f}"
        for index, peak in known
    )
