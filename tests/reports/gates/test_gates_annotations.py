"""Workflow commands, read back as GitHub's runner reads them (actions/runner, ActionCommand.cs)."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
import sample_judgements as sample
from hypothesis import given
from hypothesis import strategies as st
from sample_documents import HOSTILE

from membench.harness.gate.causes import Cause
from membench.harness.gate.verdicts import Verdict
from membench.reports import wording
from membench.reports.gates.annotations import FORMAT, MOST


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    data: str


def read(line: str) -> Command:
    """Read a line in the order in which the runner does: split first, then put back what is escaped."""
    assert line.startswith("::")
    info, _, data = line[2:].partition("::")
    name, _, properties = info.partition(" ")
    pairs = (pair.partition("=") for pair in properties.split(","))
    return Command(name, {key: _property(value) for key, _, value in pairs}, _data(data))


def _data(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def _property(text: str) -> str:
    return _data(text.replace("%3A", ":").replace("%2C", ","))


def test_every_verdict_is_shown_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("gate.annotations", FORMAT.render(sample.every_verdict()))


def test_a_gate_that_passes_says_nothing() -> None:
    assert FORMAT.render(sample.all_pass()) == ""


def test_it_stands_at_the_line_that_grew_and_says_by_how_much() -> None:
    command = read(FORMAT.render(sample.every_verdict()).splitlines()[0])
    assert command.name == "error"
    assert command.properties == {
        "file": "shop/imports.py",
        "line": "42",
        "title": "Peak memory: imports/orders=100000",
    }
    assert command.data.startswith("regression: the peak rose by 3.00 MiB")
    assert command.data.endswith("load_orders at this line holds +3.00 MiB at the peak.")


def test_a_place_in_the_project_is_preferred_to_a_larger_one_in_a_library() -> None:
    library = Cause(file="/usr/lib/python3/json/decoder.py", line=1, function="decode", shift_bytes=9)
    own = Cause(file="shop/jobs.py", line=5, function="load", shift_bytes=7)
    (line,) = FORMAT.render(sample.judgement(sample.row("x", Verdict.REGRESSION, causes=(library, own)))).splitlines()
    assert read(line).properties["file"] == "shop/jobs.py"
    (line,) = FORMAT.render(sample.judgement(sample.row("x", Verdict.REGRESSION, causes=(library,)))).splitlines()
    assert read(line).properties["file"] == "/usr/lib/python3/json/decoder.py"


def test_what_has_no_place_is_still_an_error() -> None:
    (line,) = FORMAT.render(sample.judgement(sample.row("old", Verdict.MISSING, reason="it is gone"))).splitlines()
    assert set(read(line).properties) == {"title"}


@pytest.mark.parametrize("count", [MOST, MOST + 1, 5000])
def test_there_are_never_more_than_github_shows_and_the_last_counts_the_rest(count: int) -> None:
    rows = [sample.row(f"v{number}", Verdict.REGRESSION) for number in range(count)]
    lines = FORMAT.render(sample.judgement(*rows)).splitlines()
    assert len(lines) == MOST
    if count > MOST:
        assert read(lines[-1]).data.startswith(f"{count - MOST + 1} more do not pass")


def test_separators_and_line_ends_in_names_are_escaped() -> None:
    rendered = FORMAT.render(sample.hostile("100%\r\n::error::x, y: z %0A"))
    for line in rendered.splitlines():
        command = read(line)
        assert command.name == "error"
        name = wording.plain("100%\r\n::error::x, y: z %0A")
        assert command.properties["title"] == f"Peak memory: {name}/{name}"
        assert set(command.properties) <= {"file", "line", "title"}
    assert "%0A" not in rendered.replace("%250A", "")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_makes_no_command_of_its_own(text: str) -> None:
    lines = FORMAT.render(sample.hostile(text)).splitlines()
    assert len(lines) == 3
    assert all(read(line).properties["title"].startswith("Peak memory") for line in lines)


@given(st.text())
def test_any_name_is_read_back_as_it_was(text: str) -> None:
    rendered = FORMAT.render(sample.hostile(text))
    lines = rendered.split("\n")
    assert lines.pop() == ""
    assert len(lines) == 3
    for line in lines:
        command = read(line)
        assert command.properties["title"] == wording.plain(f"Peak memory: {text}/{text}")
        assert command.properties.get("line", "7") == "7"
        assert "##[" not in line
