import pytest
import sample_documents as sample
from matplotlib.axes import Axes

from membench.reports.charts.waterfall import CHART
from membench.reports.document import Section


def _drawn(section: Section) -> Axes:
    ((_, figure),) = CHART.draw(sample.report(section))
    return figure.axes[0]


def test_each_bar_spans_from_the_peak_before_to_the_peak_after() -> None:
    spans = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in _drawn(sample.incident()).patches]
    assert spans[0] == (0, 2150.0)
    assert spans[1] == pytest.approx((1712.5, 2150.0))
    assert spans[-1] == (0, 960.0)


def test_a_saving_a_rise_and_nothing_are_told_apart() -> None:
    texts = [text.get_text() for text in _drawn(sample.league()).texts]
    assert {"-29.90 MiB", "+0.40 MiB", "0 MiB"} <= set(texts)


def test_steps_without_a_start_are_not_drawn() -> None:
    section = Section(scenario="s", summary="", headline="", rows=(), steps=sample.league().steps)
    assert CHART.draw(sample.report(section)) == []
