from dataclasses import replace

import pytest
import sample_documents as sample
import sample_findings as findings
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from membench.harness.keys import Switch
from membench.reports.charts.interactions import CHART
from membench.reports.document import Attribution


def _drawn(attribution: Attribution) -> Axes:
    ((_, figure),) = CHART.draw(sample.report(sample.section(attribution=attribution)))
    return figure.axes[0]


def test_every_pair_has_one_cell_with_its_value() -> None:
    axes = _drawn(findings.attribution())
    texts = [text.get_text() for text in axes.texts]
    assert len(axes.patches) == len(texts) == 21
    assert (texts.count("-14.80"), texts.count("+0.50")) == (3, 3)


def test_substitutes_complements_and_independent_pairs_have_different_colours() -> None:
    axes = _drawn(findings.attribution())
    colours = dict(
        zip((text.get_text() for text in axes.texts), (cell.get_facecolor() for cell in axes.patches), strict=True)
    )
    red, _, blue = to_rgb(colours["-14.80"])
    assert red > blue
    red, _, blue = to_rgb(colours["+0.50"])
    assert blue > red
    assert to_rgb(colours["+0.01"]) == pytest.approx(to_rgb("#F2F2F2"), abs=0.01)


def test_fixes_are_named_in_full_once_and_by_what_they_begin_with_below() -> None:
    axes = _drawn(findings.attribution())
    assert [label.get_text() for label in axes.get_xticklabels()] == [f"fix {number}" for number in range(1, 7)]
    assert "fix 2: minimal results" in [label.get_text() for label in axes.get_yticklabels()]


def test_names_that_are_long_are_numbered() -> None:
    whole = findings.attribution()
    names = {row.fix: Switch(f"a switch that is called {row.fix.heading[4]}") for row in whole.rows}
    renamed = replace(
        whole,
        rows=tuple(replace(row, fix=names[row.fix]) for row in whole.rows),
        interactions=tuple(
            replace(cell, first=names[cell.first], second=names[cell.second]) for cell in whole.interactions
        ),
    )
    axes = _drawn(renamed)
    assert [label.get_text() for label in axes.get_xticklabels()] == list("123456")
    assert axes.get_yticklabels()[0].get_text().startswith("2. a switch")


def test_pairs_that_have_nothing_to_do_with_each_other_are_all_noughts() -> None:
    whole = findings.attribution()
    axes = _drawn(replace(whole, interactions=tuple(replace(cell, saved_bytes=0) for cell in whole.interactions)))
    assert {text.get_text() for text in axes.texts} == {"0"}


def test_nothing_is_drawn_where_not_all_combinations_are_known() -> None:
    assert CHART.draw(findings.sampled()) == []
