"""Makes the section of a report that says how peaks grow with the size of the input."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from membench.harness.model import Role
from membench.harness.units import MIB, format_bytes, format_shift
from membench.reports import wording
from membench.reports.document import Growth, Section

FLAT_BYTES = 1 * MIB
"""A rise up to this over all sizes is called flat; it is the unit that peaks are quoted in."""


def growth_section(document: Mapping[str, Any], summary: str, role_of: Callable[[str], Role]) -> Section:
    """Make the section of a `membench-scale` document."""
    entries = [entry for entry in document["variants"] if entry["slope_bytes_per_team"] is not None]
    return Section(
        scenario=document["scenario"],
        summary=summary,
        headline=_headline(entries),
        rows=(),
        growth=tuple(_growth(entry, role_of(entry["variant"])) for entry in entries),
        growth_notes=tuple(f"{note}." for note in _notes(entries)),
    )


def _growth(entry: Mapping[str, Any], role: Role) -> Growth:
    return Growth(
        variant=entry["variant"],
        role=role,
        sizes=tuple(entry["sizes"]),
        peak_bytes=tuple(entry["peak_bytes"]),
        intercept_bytes=entry["intercept_bytes"],
        slope_bytes=entry["slope_bytes_per_team"],
        slope_low=entry["slope_low"],
        slope_high=entry["slope_high"],
        straight=entry["straight"],
    )


def _headline(entries: Sequence[Mapping[str, Any]]) -> str:
    if not entries:
        return "There are too few peaks for a line."
    sizes = sorted({size for entry in entries for size in entry["sizes"]})
    rises = ", ".join(f"{entry['variant']} {format_shift(entry['rise_bytes'])}" for entry in entries)
    return f"The peak from {sizes[0]:,} to {sizes[-1]:,} teams: {rises}."


def _notes(entries: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    yield from _compared(entries)
    for entry in entries:
        name, slope, held = entry["variant"], entry["slope_bytes_per_team"], entry["held_identifier_bytes_per_team"]
        if is_flat(entry):
            yield f"{name} is flat as far as these sizes show: {format_shift(entry['rise_bytes'])} over all of them"
        elif held:
            yield (
                f"{name} holds the identifiers that it scraped, which take {wording.slope(held)} of its "
                f"{wording.slope(slope)} bytes a team"
            )
        if not entry["straight"] and not is_flat(entry):
            yield (
                f"The peaks of {name} do not lie on a straight line: one is "
                f"{format_bytes(entry['largest_residual_bytes'])} off it"
            )


def is_flat(entry: Mapping[str, Any]) -> bool:
    """Tell whether the slope may be none, or comes to nothing over all sizes."""
    return bool(entry["slope_low"] <= 0 <= entry["slope_high"] or abs(entry["rise_bytes"]) <= FLAT_BYTES)


def _compared(entries: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """Compare each slope with that of the first variant, by their intervals."""
    for entry in entries[1:]:
        first = entries[0]
        if entry["slope_high"] < first["slope_low"]:
            yield (
                f"{entry['variant']} grows more slowly than {first['variant']}: the intervals of the slopes at 95 % "
                "do not meet"
            )
        elif entry["slope_low"] > first["slope_high"]:
            yield f"{entry['variant']} grows faster than {first['variant']}"
        else:
            yield f"The slopes of {entry['variant']} and {first['variant']} cannot be told apart"
