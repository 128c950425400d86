import sample_documents as sample
from matplotlib.axes import Axes
from sample_documents import timeline

from membench.harness.model import Role
from membench.reports.charts.timeline import CHART
from membench.reports.document import PhaseSpan, Timeline
from membench.reports.ordering import merged


def _drawn(*timelines: Timeline) -> list[Axes]:
    ((_, figure),) = CHART.draw(sample.report(sample.section(timelines=timelines)))
    return figure.axes


def _span(name: str, start: float, end: float) -> PhaseSpan:
    return PhaseSpan(name=name, start_seconds=start, end_seconds=end)


def test_before_and_after_are_drawn_and_the_others_are_not() -> None:
    lines, _ = _drawn(*sample.league().timelines)
    peaks = [text.get_text() for text in lines.texts]
    assert peaks == ["baseline\npeak 61.00 MiB", "all\npeak 28.50 MiB"]


def test_one_of_the_two_is_enough() -> None:
    assert len(_drawn(timeline("all", Role.AFTER, 10.0, 1.0))) == 2


def test_a_line_of_another_role_alone_is_not_drawn() -> None:
    section = sample.section(timelines=(timeline("fix-3", Role.SINGLE, 10.0, 1.0),))
    assert CHART.draw(sample.report(section)) == []


def test_without_phases_there_is_no_strip() -> None:
    bare = Timeline(variant="x", role=Role.BEFORE, seconds=(0.0, 1.0), rss_bytes=(1, 2), peak_bytes=3, phases=())
    (lines,) = _drawn(bare)
    assert lines.get_xlabel() == "seconds"


def test_without_a_single_sample_the_kernels_peak_is_still_drawn() -> None:
    blind = Timeline(variant="x", role=Role.BEFORE, seconds=(), rss_bytes=(), peak_bytes=2**20, phases=())
    (lines,) = _drawn(blind)
    assert lines.texts[0].get_text() == "x\npeak 1.00 MiB"


def test_the_kernels_peak_is_within_the_axis_where_the_samples_missed_it() -> None:
    missed = Timeline(variant="x", role=Role.BEFORE, seconds=(0.0, 1.0), rss_bytes=(1, 2), peak_bytes=2**30, phases=())
    (lines,) = _drawn(missed)
    assert lines.get_ylim()[0] == 0
    assert lines.get_ylim()[1] > 1024


def test_stretches_of_one_phase_that_touch_become_one() -> None:
    spans = (_span("a", 0, 1), _span("a", 1, 2), _span("b", 2, 3), _span("a", 3, 4), _span("a", 5, 6))
    assert merged(spans) == {"a": [(0, 2), (3, 1), (5, 1)], "b": [(2, 1)]}


def test_phases_too_many_for_the_palette_are_drawn_and_keyed_as_others() -> None:
    spans = tuple(_span(f"phase-{number}", number, number + 1) for number in range(20))
    many = Timeline(variant="x", role=Role.BEFORE, seconds=(0.0, 20.0), rss_bytes=(1, 2), peak_bytes=3, phases=spans)
    _, strip = _drawn(many)
    assert len(strip.collections) == 20
    (key,) = strip.figure.legends
    assert [text.get_text() for text in key.get_texts()][-2:] == ["phase-5", "other phases"]
