"""The tables of a `membench-doctor` document: what holds on a machine, and which rises are found on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from membench.harness.units import format_bytes
from membench.reports.tables import Kind, Table, columns_of


def conditions_table(controls: Sequence[Mapping[str, Any]]) -> Table:
    """Make the table of the conditions that exactness rests on."""
    return Table(
        columns=tuple(columns_of("control", "holds", "what it means, or why not")),
        rows=tuple((one["name"].replace("_", " "), one["holds"], one["words"]) for one in controls),
    )


def rises_table(document: Mapping[str, Any]) -> Table:
    """Make the table of the injected rises, with what follows from them in sentences."""
    return Table(
        columns=(
            *columns_of("injected", kind=Kind.SIZE),
            *columns_of("tries", "detected", kind=Kind.COUNT),
            *columns_of("smallest shift", "largest shift", kind=Kind.SHIFT),
        ),
        rows=tuple(
            (
                rise["injected_bytes"],
                rise["tries"],
                rise["detected"],
                rise["smallest_shift_bytes"],
                rise["largest_shift_bytes"],
            )
            for rise in document["rises"]
        ),
        notes=tuple(_sentences(document)),
        warnings=tuple(document["warnings"]),
    )


def _sentences(document: Mapping[str, Any]) -> Sequence[str]:
    name = f"{document['scenario']}/{document['variant']}"
    smallest, comparisons = document["smallest_detectable_bytes"], document["comparisons"]
    counted = f"{comparisons} {'comparison' if comparisons == 1 else 'comparisons'}"
    trials, repeats = len(document["peak_bytes"]), document["repeats"]
    return [
        f"{trials} trials of {name}, unchanged, spread {format_bytes(document['spread_bytes'])}.",
        f"The smallest rise detected every time, with {repeats} trials a side, is {format_bytes(smallest)}."
        if smallest is not None
        else "No injected rise can be relied on to be detected.",
        f"False alarms: {document['false_alarms']} in {counted} of unchanged trials.",
    ]
