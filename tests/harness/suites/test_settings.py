"""The schema for editors and the page of the documentation say what the reader accepts.

After a wanted change of the keys: make settings
"""

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from membench.harness.errors import UsageError
from membench.harness.suites.configuration import parse_configuration
from membench.harness.suites.settings import GATE, ROOT, WORKLOAD, settings_page, settings_schema

DOCS = Path(__file__).parents[3] / "docs"


def test_the_schema_that_ships_and_the_page_are_those_of_the_keys() -> None:
    shipped = (files("membench.harness") / "schemas" / "membench-settings.schema.json").read_text(encoding="utf-8")
    assert json.loads(shipped) == settings_schema()
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == settings_page()


def _document(table: str, line: str) -> Any:
    runs = 'command = ["true"]\n' if line.startswith("ok-status") else 'call = "a:b"\n'
    call = runs if table == "workloads.w" and not line.startswith(("call", "command")) else ""
    head = f"[tool.membench.{table}]" if table else "[tool.membench]"
    return tomllib.loads(f"{head}\n{call}{line}\n")["tool"]["membench"]


_LINES = [
    *(("", setting.example) for name, setting in ROOT.items() if name not in {"workloads", "gate"}),
    *(("workloads.w", setting.example) for name, setting in WORKLOAD.items()),
    *(("gate", setting.example) for name, setting in GATE.items()),
]


@pytest.mark.parametrize(("table", "line"), _LINES)
def test_every_example_is_accepted_by_reader_and_schema(table: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    # A command takes its parameter from params, and a set-up goes with a call.
    line = f"{line}\nparams = {{ orders = 1 }}" if line.startswith("command") else line
    document = _document(table, line)
    parse_configuration(document, tmp_path)
    assert Draft202012Validator(settings_schema()).is_valid(document)


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("", "pyton = 'x'"),
        ("", "python = 3"),
        ("", "import_paths = 'src'"),
        ("workloads.w", "bugdet = '1 MiB'"),
        ("workloads.w", "budget = 7"),
        ("workloads.w", "budget = '7'"),
        ("workloads.w", "timeout = 0"),
        ("workloads.w", "timeout = 100000"),
        ("workloads.w", "call = 'nonsense'"),
        ("workloads.w", "params = { n = [] }"),
        ("workloads.w", "params = { n = [{}] }"),
        ("workloads.w", "environment = { A = 1 }"),
        ("workloads.w", "command = []"),
        ("gate", "relative = '1'"),
        ("gate", "repeats = 0"),
        ("gate", "repeats = 1.5"),
        ("gate", "install = [1]"),
    ],
)
def test_what_the_reader_refuses_the_schema_marks(table: str, line: str, tmp_path: Path) -> None:
    document = _document(table, line)
    with pytest.raises(UsageError):
        parse_configuration(document, tmp_path)
    assert not Draft202012Validator(settings_schema()).is_valid(document)
