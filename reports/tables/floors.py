"""The table of a `membench-floor` document."""

from collections.abc import Mapping
from typing import Any

from membench.harness.units import format_bytes
from membench.reports.tables import Amount, Column, Kind, Table, columns_of


def floor_table(document: Mapping[str, Any]) -> Table:
    """Make the table; what happens under the limit that was asked about has a column where there is one."""
    entries = document["variants"]
    judged = [entry["at"]["limit_bytes"] for entry in entries if entry["at"]]
    at = [Column(header=f"under {format_bytes(judged[0])}")] if judged else []
    return Table(
        title=document["scenario"],
        columns=(*columns_of("variant"), *columns_of("peak", "floor", kind=Kind.SIZE), *at),
        rows=tuple(
            (entry["variant"], entry["peak_bytes"], entry["floor_bytes"], *([_under(entry)] if judged else []))
            for entry in entries
        ),
        warnings=tuple(f"{entry['variant']}: {entry['failure']}" for entry in entries if entry["failure"]),
    )


def _under(entry: Mapping[str, Any]) -> Amount:
    at = entry["at"]
    if at is None:
        return None
    return "finishes" if at["finishes"] else str(at["outcome"])
