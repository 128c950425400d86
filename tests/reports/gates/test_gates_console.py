"""The verdict on a terminal and in a log."""

import io
import re
from collections.abc import Callable

import pytest
import sample_judgements as sample
from rich.console import Console
from sample_documents import HOSTILE

from membench.harness.gate.verdicts import Verdict
from membench.reports.gates.console import FORMAT, render_gate


def test_every_verdict_is_shown_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("gate.txt", FORMAT.render(sample.every_verdict()))


def test_the_verdict_comes_first_and_one_base_is_named_once() -> None:
    lines = FORMAT.render(sample.all_pass()).splitlines()
    assert lines[0] == "gate: pass"
    assert lines[2] == f"Base: {sample.COMMIT}."


def test_rows_of_several_meters_are_told_apart() -> None:
    rows = (sample.row("all", Verdict.NEW), sample.row("all", Verdict.NEW, meter="memray"))
    rendered = FORMAT.render(sample.judgement(*rows))
    assert rendered.count("all (memray)") == 2
    assert rendered.count("all (peak_rss)") == 2


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_sends_nothing_to_the_terminal(text: str) -> None:
    stream = io.StringIO()
    render_gate(sample.hostile(text), Console(file=stream, width=60, color_system=None))
    assert all(character.isprintable() or character == "\n" for character in stream.getvalue())


@pytest.mark.parametrize("width", [20, 33, 60, 132])
@pytest.mark.parametrize(
    "text",
    [
        "::error file=a.py,line=1::owned",
        "x" * 31 + "::stop-commands::owned",
        "a ::add-mask::e",
        "##[error]owned",
        "###[add-matcher]owned",
        "::ERROR::owned",
    ],
)
def test_no_line_is_a_command_to_githubs_runner(text: str, width: int) -> None:
    """Long names are folded, so that any part of one may come to begin a line."""
    stream = io.StringIO()
    render_gate(sample.hostile(text), Console(file=stream, width=width, color_system=None))
    for line in stream.getvalue().splitlines():
        assert not re.match(r"\s*::(error|stop-commands|add-mask)\b", line, re.IGNORECASE)
        assert "##[" not in line


def test_the_budgets_give_way_before_names_are_folded() -> None:
    def shown(width: int) -> str:
        stream = io.StringIO()
        render_gate(sample.every_verdict(), Console(file=stream, width=width))
        return stream.getvalue()

    assert "budget  verdict" in shown(132)
    assert "budget  verdict" not in shown(112)
    assert "over its budget of 101.00 MiB" in " ".join(shown(112).split())
