from dataclasses import replace

import pytest
import sample_documents as sample
import sample_findings as findings
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sample_documents import mib

from membench.reports.charts.attribution import CHART
from membench.reports.document import Attribution


def _figure(attribution: Attribution) -> Figure:
    ((stem, figure),) = CHART.draw(sample.report(sample.section(attribution=attribution)))
    assert stem == "attribution-league"
    return figure


def _texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_each_fix_has_a_bar_for_each_sense_as_long_as_its_amount() -> None:
    bars = _figure(findings.attribution()).axes[0].patches
    assert len(bars) == 7 * 3
    assert [bar.get_width() for bar in bars[:3]] == pytest.approx([30.0, 10.6, 0.0])


def test_the_whole_saving_is_a_labelled_line() -> None:
    assert "all together 32.50 MiB" in _texts(_figure(findings.attribution()).axes[0])


def test_memory_that_a_fix_costs_is_left_of_the_line_at_0() -> None:
    axes = _figure(findings.attribution()).axes[0]
    assert axes.get_xlim()[0] < -0.1
    assert "-0.10 MiB" in _texts(axes)


def test_a_sense_without_figures_has_no_bars_and_is_not_in_the_key() -> None:
    whole = findings.attribution()
    figure = _figure(replace(whole, rows=tuple(replace(row, leave_one_out_bytes=None) for row in whole.rows)))
    (key,) = figure.legends
    assert [text.get_text() for text in key.get_texts()] == ["it alone", "its share (Shapley value)"]
    assert len(figure.axes[0].patches) == 7 * 2


def test_one_sense_alone_is_left_to_the_chart_of_the_peaks() -> None:
    rows = tuple(replace(row, leave_one_out_bytes=None, shapley_bytes=None) for row in findings.attribution().rows)
    section = sample.section(attribution=replace(findings.attribution(), rows=rows))
    assert CHART.draw(sample.report(section)) == []


def test_a_missing_figure_says_so_and_an_estimate_has_its_interval() -> None:
    axes = _figure(findings.estimated()).axes[0]
    assert "not known" in _texts(axes)
    assert axes.get_xlim()[1] >= 12
    assert any(container.get_label().startswith("_") for container in axes.containers)
    assert axes.collections


def test_less_than_a_part_of_a_page_is_nothing() -> None:
    whole = findings.attribution()
    rows = (replace(whole.rows[0], shapley_bytes=-137), *whole.rows[1:])
    assert "-<0.001 MiB" not in _texts(_figure(replace(whole, rows=rows)).axes[0])


def test_a_saving_of_nothing_at_all_is_drawn() -> None:
    whole = findings.attribution()
    rows = tuple(replace(row, alone_bytes=0, shapley_bytes=0, leave_one_out_bytes=0) for row in whole.rows)
    assert _figure(replace(whole, rows=rows, saved_bytes=0)).axes[0].get_xlim() != (0, 0)


def test_all_fixes_together_may_cost_memory() -> None:
    axes = _figure(replace(findings.attribution(), saved_bytes=mib(-5))).axes[0]
    assert axes.get_xlim()[0] <= -5
