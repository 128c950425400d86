"""Tables: one description, shown on a terminal, as Markdown and as values."""

import csv
import io
from collections.abc import Callable

import pytest
import sample_documents as sample
from sample_results import results
from sample_results import sample as measured

from membench.harness.gate.comparison import compare
from membench.reports.tables import Column, Kind, Marked, Range, Table, Tone, Uncertain, Value, text_of
from membench.reports.tables.comma_separated import as_csv
from membench.reports.tables.comparison import comparison_table
from membench.reports.tables.console import as_text
from membench.reports.tables.diagnosis import conditions_table, rises_table
from membench.reports.tables.floors import floor_table
from membench.reports.tables.markdown import as_markdown

MIB = 1024 * 1024
FLOORS = {
    "scenario": "league-large",
    "variants": [
        {
            "variant": "baseline",
            "peak_bytes": 300 * MIB,
            "floor_bytes": 281 * MIB,
            "at": {"limit_bytes": 64 * MIB, "finishes": False, "outcome": "out-of-memory"},
            "failure": "",
        },
        {
            "variant": "all",
            "peak_bytes": 60 * MIB,
            "floor_bytes": 41 * MIB,
            "at": {"limit_bytes": 64 * MIB, "finishes": True, "outcome": "ok"},
            "failure": "",
        },
        {"variant": "x", "peak_bytes": None, "floor_bytes": None, "at": None, "failure": "crashed without any limit"},
    ],
}
CONTROLS = [
    {"name": "address_randomisation_off", "holds": True, "words": "every trial has its memory at the same addresses"},
    {"name": "memory_cgroup", "holds": False, "words": "no cgroup can be made: read-only"},
]
DIAGNOSIS = {
    "scenario": "league",
    "variant": "all",
    "repeats": 5,
    "spread_bytes": 0,
    "smallest_detectable_bytes": 16384,
    "comparisons": 10,
    "false_alarms": 0,
    "peak_bytes": [MIB] * 55,
    "rises": [
        {
            "injected_bytes": 16384,
            "tries": 3,
            "detected": 3,
            "smallest_shift_bytes": 16384,
            "largest_shift_bytes": 20480,
        }
    ],
    "warnings": ["addresses are randomised"],
}


def comparison() -> Table:
    base = results(
        measured("same", (MIB,) * 3),
        measured("grew", (MIB,) * 3),
        measured("noisy", (MIB, MIB + 4096, MIB, MIB + 8192)),
        measured("gone", (MIB,)),
    )
    head = results(
        measured("same", (MIB,) * 3),
        measured("grew", (2 * MIB,) * 3),
        measured("noisy", (MIB, MIB + 8192, MIB, MIB + 4096)),
        measured("new", (MIB,)),
    )
    return comparison_table(compare(base, head))


TABLES = {
    "compare": lambda: [comparison()],
    "floor": lambda: [floor_table(FLOORS)],
    "doctor": lambda: [conditions_table(CONTROLS), rises_table(DIAGNOSIS)],
}


@pytest.mark.parametrize("name", list(TABLES))
def test_a_table_is_as_it_was_on_a_terminal_and_as_markdown(
    name: str, assert_golden: Callable[[str, str], None]
) -> None:
    tables = TABLES[name]()
    assert_golden(f"table-{name}.txt", "\n".join(map(as_text, tables)))
    assert_golden(f"table-{name}.md", as_markdown(tables))


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.SIZE, MIB, "1.00 MiB"),
        (Kind.SIZE, None, "-"),
        (Kind.SHIFT, MIB, "+1.00 MiB"),
        (Kind.SHIFT, Uncertain(-4096), "~-4 KiB"),
        (Kind.SHIFT, Range(-4096, MIB), "-4 KiB to +1.00 MiB"),
        (Kind.SIZE, Range(4096, MIB), "4 KiB to 1.00 MiB"),
        (Kind.SHARE, -0.5, "-50.0 %"),
        (Kind.COUNT, 12345, "12,345"),
        (Kind.TEXT, True, "yes"),
        (Kind.TEXT, Marked("a\nb", Tone.BAD), "a b"),
    ],
)
def test_a_value_is_written_as_its_column_says(kind: Kind, value: Value, text: str) -> None:
    assert text_of(Column(header="x", kind=kind), value) == text


def test_values_are_exported_as_they_are_and_no_name_is_a_formula() -> None:
    table = Table(
        columns=(Column(header="name"), Column(header="peak", kind=Kind.SIZE, key="peak_bytes")),
        rows=(("=1+1", MIB), ("b", None), ("c", Marked(5, Tone.BAD))),
    )
    rows = list(csv.reader(io.StringIO(as_csv(table))))
    assert rows == [["name", "peak_bytes"], ["'=1+1", str(MIB)], ["b", ""], ["c", "5"]]


@pytest.mark.parametrize("text", list(sample.HOSTILE.values()))
def test_a_name_of_a_stranger_is_a_name_in_every_table(text: str) -> None:
    table = Table(columns=(Column(header=text),), rows=((text,),), title=text, notes=(text,), warnings=(text,))
    shown = as_text(table) + as_markdown([table])
    assert "\x1b" not in shown
    assert "<script" not in as_markdown([table])
    assert len(as_markdown([table]).splitlines()) == 9
