"""An explanation in words, as Markdown, on a terminal, as stacks for other tools, and as a document."""

import io
import json

import pytest
from rich.console import Console
from sample_documents import HOSTILE
from sample_explanations import KIB, MIB, explanation

from membench.harness.explain.document import explanation_document
from membench.harness.explain.holding import Holder, HolderName, HolderShift, Step
from membench.reports.explanations import sentences, stacks
from membench.reports.explanations.console import render_explanation
from membench.reports.explanations.markdown import LARGEST_BYTES, render_markdown


def test_the_lead_says_which_side_holds_more() -> None:
    assert sentences.lead(explanation()) == (
        "The heap of orders now holds 23.00 MiB more at its peak than that of orders~1: 32.00 MiB instead of 9.00 MiB."
    )


def test_a_holder_is_told_with_both_sides_and_the_way_to_what_it_holds() -> None:
    (sentence,) = sentences.held(explanation())
    assert sentence == (
        "orders now holds 24.00 MiB in `rows`, a local variable of `load` (orders.py:7): "
        "list of 90 ['page'] > Page; orders~1 holds nothing there."
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (HolderName("cache", "page", ""), "the functools cache of `page`"),
        (HolderName("task", "job", ""), "the results of finished asyncio tasks of `job`"),
        (HolderName("global", "shop.state", "CACHE"), "the global `shop.state.CACHE`"),
        (
            HolderName("traceback", "ValueError in fail", "rows"),
            "`rows`, which the traceback of ValueError in fail keeps",
        ),
        (HolderName("handler", "MemoryHandler", ""), "the logging handler `MemoryHandler`"),
        (HolderName("class", "shop.Cart", "seen"), "the class attribute `shop.Cart.seen`"),
        (HolderName("another", "f", "x"), "`x` of `f`"),
    ],
)
def test_a_holder_is_called_by_its_name(name: HolderName, told: str) -> None:
    step = Step(label="", type="list", length=3)
    holder = Holder(name=name, file="", line=0, bytes=MIB, count=1, things=1, steps=(step,))
    (sentence,) = sentences.held(_with(HolderShift(name=name, base=holder, head=None)))
    assert sentence == f"orders~1 holds 1.00 MiB in {told}: list of 3; orders now holds nothing there."


def _with(*holders: HolderShift) -> "sentences.Explanation":
    from dataclasses import replace

    return replace(explanation(), holders=holders)


def test_a_peak_that_moved_to_another_phase_is_told() -> None:
    assert "The peak moved from parse to load." in sentences.notes(explanation())


def test_what_stays_to_the_end_is_told_from_what_passes() -> None:
    grown = next(path for path in explanation().paths if path.shift_bytes > 0)
    assert sentences.kind_of(grown) == "retained"


def test_collapsed_stacks_add_up_to_each_side() -> None:
    found = explanation()
    for head, total in ((False, found.tree.base_bytes), (True, found.tree.head_bytes)):
        lines = stacks.collapsed(found.tree, head=head).splitlines()
        assert sum(int(line.rpartition(" ")[2]) for line in lines) == total
    assert "main (main.py:1);run (main.py:2);load (main.py:3) 0 25165824\n" in stacks.differential(found.tree)


def test_speedscope_gets_a_profile_for_each_side() -> None:
    found = json.loads(stacks.speedscope(explanation().tree, ("before", "after")))
    assert [profile["name"] for profile in found["profiles"]] == ["before", "after"]
    for profile, total in zip(found["profiles"], (9 * MIB, 32 * MIB), strict=True):
        assert profile["endValue"] == sum(profile["weights"]) == total
        assert {"sampled", "bytes"} == {profile["type"], profile["unit"]}
        assert max(max(sample, default=0) for sample in profile["samples"]) < len(found["shared"]["frames"])


def test_the_document_has_the_paths_and_the_holders() -> None:
    found = explanation_document(explanation())
    assert found["shift_bytes"] == 23 * MIB
    assert [frame["function"] for frame in found["paths"][0]["frames"]] == ["main", "run", "load"]
    assert found["holders"][0]["head_bytes"] == 24 * MIB
    assert found["head"]["peak_phase"] == "load"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_markdown_and_terminal_show_hostile_names_as_text(text: str) -> None:
    markdown = render_markdown(explanation(name=text, function=text))
    assert "<script" not in markdown
    assert "\x1b" not in markdown
    out = io.StringIO()
    render_explanation(explanation(name=text, function=text), Console(file=out, width=100))
    assert "\x1b" not in out.getvalue()


def test_markdown_of_a_large_explanation_fits_into_a_comment() -> None:
    assert len(render_markdown(explanation(name="x" * 4 * KIB, many=2000)).encode()) <= LARGEST_BYTES


def test_markdown_has_a_row_for_each_path() -> None:
    text = render_markdown(explanation())
    (row,) = [line for line in text.splitlines() if "24.00 MiB | retained" in line]
    assert row.startswith("| +24.00 MiB | 0 B | 24.00 MiB | retained | load ")
