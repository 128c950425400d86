from dataclasses import replace

import pytest
import sample_documents as sample
import sample_findings as findings
from matplotlib.figure import Figure

from membench.reports.charts.growth import CHART, zoomed
from membench.reports.document import Growth


def _figure(*growth: Growth) -> Figure:
    ((_, figure),) = CHART.draw(sample.report(sample.section(growth=growth)))
    return figure


def test_what_is_small_beside_the_largest_has_a_panel_of_its_own() -> None:
    assert [growth.variant for growth in zoomed(findings.growth())] == ["all", "bounded"]
    assert zoomed(findings.growth()[1:]) == []
    assert zoomed(findings.growth()[:1]) == []
    assert len(_figure(*findings.growth()).axes) == 2
    assert len(_figure(*findings.growth()[1:]).axes) == 1


def test_amounts_begin_at_0_and_sizes_are_the_measured_ones_on_an_axis_of_powers() -> None:
    for axes in _figure(*findings.growth()).axes:
        assert axes.get_ylim()[0] == 0
        assert axes.get_xscale() == "log"
    axes.figure.draw_without_rendering()
    assert [label.get_text() for label in axes.get_xticklabels()] == ["100", "1,000", "10,000", "100,000"]


def test_the_fit_passes_where_its_intercept_and_slope_say() -> None:
    (growth,) = findings.growth()[:1]
    line, markers = _figure(growth).axes[0].lines
    assert line.get_ydata()[0] == pytest.approx(23.0 + 100 * 5277 / sample.MIB)
    assert line.get_ydata()[-1] == pytest.approx(23.0 + 100_000 * 5277 / sample.MIB)
    assert list(markers.get_xdata()) == list(growth.sizes)


def test_each_line_says_its_slope_with_its_interval_and_whether_it_is_none() -> None:
    (texts,) = [{text.get_text() for text in axes.texts} for axes in _figure(*findings.growth()[1:]).axes]
    assert "all: 33.73 MiB\n112.5 bytes a team\n(107.5 to 117.5)" in texts
    assert any("not a line" in text for text in texts if text.startswith("bounded"))


def test_two_variants_that_end_at_the_same_peak_are_both_named() -> None:
    growth = findings.growth()[0]
    figure = _figure(growth, replace(growth, variant="other"))
    places = [text.get_window_extent().y0 for text in figure.axes[0].texts]
    assert abs(places[0] - places[1]) > 20


def test_one_size_far_below_the_others_is_no_trouble() -> None:
    growth = replace(findings.growth()[0], sizes=(1, 1000, 2000, 1_000_000))
    assert _figure(growth).axes
