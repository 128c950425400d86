"""The tables of a `membench-bisection` document."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from membench.harness.units import format_bytes
from membench.reports.tables import Column, Kind, Marked, Table, Tone, columns_of

SHORT = 12  # letters of a hash
_MOST_NAMED = 5
_TONES = {"good": Tone.GOOD, "bad": Tone.BAD, "skipped": Tone.UNSURE}


def bisection_tables(document: Mapping[str, Any]) -> Sequence[Table]:
    """Make a table of what was measured, and one for each workload with the lines that grew."""
    found = [_rise_table(rise) for rise in document["workloads"]]
    return (_measured_table(document), *found)


def _measured_table(document: Mapping[str, Any]) -> Table:
    rows = [
        (entry["commit"][:SHORT], _name(sample), sample["median_bytes"], _standing(sample), entry["subject"])
        for entry in document["measured"]
        for sample in entry["samples"]
    ]
    rows += [
        (entry["commit"][:SHORT], "", None, Marked("skipped", Tone.UNSURE), f"{entry['subject']}: {entry['reason']}")
        for entry in document["skipped"]
    ]
    number = len(document["measured"])
    return Table(
        columns=(
            *columns_of("commit", "workload"),
            Column(header="peak", meaning="median peak", kind=Kind.SIZE),
            *columns_of("is", "subject"),
        ),
        rows=tuple(rows),
        notes=(f"Measured {number} of {document['commits']} commits, and both ends.",),
        warnings=tuple(document["warnings"]),
    )


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['scenario']}/{row['variant']}"


def _standing(sample: Mapping[str, Any]) -> Marked:
    return Marked(sample["standing"], _TONES[sample["standing"]])


def _rise_table(rise: Mapping[str, Any]) -> Table:
    return Table(
        title=f"{_name(rise)}: {_where(rise)}",
        columns=(*columns_of("file", "line", "function"), Column(header="grew by", kind=Kind.SHIFT)),
        rows=tuple(
            (cause["file"], str(cause["line"]), cause["function"], cause["shift_bytes"]) for cause in rise["causes"]
        ),
        notes=tuple(_notes(rise)),
    )


def _where(rise: Mapping[str, Any]) -> str:
    if rise["first_bad"]:
        return f"{rise['first_bad']['commit'][:SHORT]} {rise['first_bad']['subject']}"
    return f"one of {len(rise['candidates'])} commits"


def _notes(rise: Mapping[str, Any]) -> Iterator[str]:
    whole = rise["bad_bytes"] - rise["good_bytes"]
    which = "It" if rise["first_bad"] else "One of them, or several,"
    yield (
        f"{which} raised the peak by {format_bytes(abs(rise['shift_bytes']))}; from end to end it "
        f"rose by {format_bytes(whole)}, from {format_bytes(rise['good_bytes'])} to {format_bytes(rise['bad_bytes'])}."
    )
    if not rise["first_bad"]:
        named = [f"{one['commit'][:SHORT]} {one['subject']}" for one in rise["candidates"][:_MOST_NAMED]]
        more = len(rise["candidates"]) - len(named)
        yield f"Those between could not be measured: {'; '.join(named)}{f'; and {more} more' if more else ''}."
    if rise["is_merge"]:
        last = rise["candidates"][-1]["commit"][:SHORT]
        yield (
            f"{last} is a merge. To walk what it brought: membench bisect $(git merge-base {last}^1 {last}^2) {last}^2"
        )
    if not rise["causes"]:
        yield "No lines of Python code are known to have grown."
