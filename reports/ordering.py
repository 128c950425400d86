"""The order in which rows are read, what shares an axis, and the stretches of a timeline: for charts and pages."""

import re
from typing import TYPE_CHECKING

from membench.harness.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from membench.reports.document import ClaimRow, PhaseSpan, Row, Section

_ORDER = (Role.REFERENCE, Role.BEFORE, Role.SINGLE, Role.OTHER, Role.STEP, Role.AFTER, Role.REMEDY)
_AS_WRITTEN = "-as-written"
_FAR_LARGER = 10.0
_FAR_BUDGET = 3  # times the largest peak; beside a budget beyond it no bar could be read


def in_reading_order(section: "Section", meter: str) -> "list[Row]":
    """Sort the rows that are drawn: where it was, before, each fix with its letter beside it, and after.

    A step is left out where the waterfall has it.
    """
    in_waterfall = {step.peak_bytes for step in section.steps}
    rows = [
        row
        for row in section.rows
        if row.meter == meter and not (row.role is Role.STEP and row.peak_bytes in in_waterfall)
    ]
    roles = {row.variant: row.role for row in rows}
    return sorted(rows, key=lambda row: _place(row, roles))


def _place(row: "Row", roles: dict[str, Role]) -> tuple[int, list[tuple[int, str]], bool]:
    beside = row.variant.removesuffix(_AS_WRITTEN)
    role = roles.get(beside, Role.SINGLE) if row.role is Role.AS_WRITTEN else row.role
    place = _ORDER.index(role) if role in _ORDER else _ORDER.index(Role.SINGLE)
    # fix-10 comes after fix-9: numbers are compared as numbers.
    parts = re.findall(r"(\d{1,9})|(\D+)", beside)
    return place, [(int(number or 0), text) for number, text in parts], row.role is Role.AS_WRITTEN


def amounts_in_view(rows: "Iterable[Row]") -> list[int]:
    """List what an axis of these rows has to show: the peaks, and the budgets that leave the bars their room."""
    rows = list(rows)
    peaks = [row.peak_bytes for row in rows if row.peak_bytes is not None]
    farthest = _FAR_BUDGET * max(peaks, default=0)
    budgets = (row.budget_bytes for row in rows if row.budget_bytes is not None)
    return [*peaks, *(budget for budget in budgets if budget <= farthest)]


def merged(spans: "Sequence[PhaseSpan]") -> dict[str, list[tuple[float, float]]]:
    """Gather the stretches of each phase as start and length, joining those of one name that touch.

    The phases come in the order in which they first appear.
    """
    stretches: dict[str, list[tuple[float, float]]] = {}
    previous: PhaseSpan | None = None
    for span in spans:
        own = stretches.setdefault(span.name, [])
        start = span.start_seconds
        if previous is not None and previous.name == span.name and previous.end_seconds == start:
            start, _ = own.pop()
        own.append((start, span.end_seconds - start))
        previous = span
    return stretches


def by_unit(claims: "Iterable[ClaimRow]") -> "dict[str, list[ClaimRow]]":
    """Sort claims into panels: only those of one unit can share an axis."""
    panels: dict[str, list[ClaimRow]] = {}
    for claim in claims:
        panels.setdefault(claim.unit, []).append(claim)
    return panels


def panels_of(claims: "Iterable[ClaimRow]") -> "list[tuple[str, list[ClaimRow]]]":
    """Sort claims into panels by unit, and those of one unit by size: 2 MiB cannot be seen beside 1,000."""
    return [
        (unit, [claim for claim in of_unit if claim in alike])
        for unit, of_unit in by_unit(claims).items()
        for alike in _alike(of_unit)
    ]


def _alike(claims: "list[ClaimRow]") -> "list[list[ClaimRow]]":
    """Put a claim with the next smaller one unless it is far larger; the smallest claims come first."""
    groups: list[list[ClaimRow]] = []
    for claim in sorted(claims, key=lambda claim: claim.claimed_high):
        if groups and claim.claimed_high <= _FAR_LARGER * groups[-1][-1].claimed_high:
            groups[-1].append(claim)
        else:
            groups.append([claim])
    return groups
