import pytest
import sample_documents as sample
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from sample_documents import row

from membench.harness.model import Level, Role
from membench.reports.charts import style
from membench.reports.charts.peaks import CHART
from membench.reports.document import Report, Section
from membench.reports.ordering import in_reading_order


def _drawn(report: Report) -> Axes:
    (_, figure), *_ = CHART.draw(report)
    return figure.axes[0]


def _texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_a_fix_as_written_stands_next_to_the_fix_and_after_comes_last() -> None:
    order = [found.variant for found in in_reading_order(sample.league(), "peak_rss")]
    assert order[:6] == ["sequential", "baseline", "fix-1", "fix-1-as-written", "fix-2", "fix-2-as-written"]
    assert order[-1] == "all"


def test_fixes_are_in_the_order_of_their_numbers() -> None:
    rows = [row(name, 1.0, Role.SINGLE) for name in ("fix-10", "fix-2", "fix-1")]
    order = [found.variant for found in in_reading_order(sample.section(*rows), "peak_rss")]
    assert order == ["fix-1", "fix-2", "fix-10"]


def test_a_step_is_left_to_the_waterfall_and_shown_where_that_lacks_it() -> None:
    steps = [row("upto-5", 61.0, Role.STEP), row("upto-2", 31.1, Role.STEP)]
    with_waterfall = Section(scenario="s", summary="", headline="", rows=tuple(steps), steps=sample.league().steps)
    assert in_reading_order(with_waterfall, "peak_rss") == []
    assert in_reading_order(sample.section(*steps), "peak_rss") != []


def test_bars_are_as_long_as_the_peaks_and_coloured_by_role() -> None:
    axes = _drawn(sample.report(sample.incident()))
    assert [bar.get_width() for bar in axes.patches] == [880.0, 2150.0, 960.0]
    roles = (Role.REFERENCE, Role.BEFORE, Role.AFTER)
    assert [to_hex(bar.get_facecolor()).upper() for bar in axes.patches] == [
        style.COLOURS[role].upper() for role in roles
    ]


def test_a_budget_is_marked_on_its_bar_and_what_lies_over_it_is_set_off() -> None:
    axes = _drawn(sample.budgets())
    assert [round(bar.get_width(), 1) for bar in axes.patches] == [11.5, 58.6, 18.6]
    assert to_hex(axes.patches[2].get_facecolor()).upper() == style.ALARM
    marks = [line.get_segments()[0][0][0] for line in axes.collections]
    assert marks == [40.0, 40.0]
    assert {"18.60 MiB over budget" in text for text in _texts(axes)} == {False, True}
    assert "40.00 MiB" in _texts(axes)


def test_a_budget_far_above_every_peak_leaves_the_bars_their_room() -> None:
    far = sample.budgets().sections[2]
    axes = _drawn(sample.report(far))
    assert axes.get_xlim()[1] < 40
    assert "2,048 MiB" in _texts(axes)


def test_every_level_is_labelled_with_its_value() -> None:
    texts = _texts(_drawn(sample.report(sample.incident())))
    assert "sequential 880.00 MiB" in texts
    assert "2 GB machine 1,907 MiB" in texts


def test_a_level_above_every_bar_is_within_the_axis() -> None:
    section = sample.section(row("x", 10.0), levels=(Level(label="machine", peak_bytes=sample.mib(100)),))
    assert _drawn(sample.report(section)).get_xlim()[1] >= 100


def test_a_variant_with_wrong_output_says_that_it_is_no_saving() -> None:
    assert "30.00 MiB  wrong output: not a saving" in _texts(_drawn(sample.realistic()))


def test_a_variant_without_a_figure_has_words_and_no_bar() -> None:
    axes = _drawn(sample.all_failed())
    assert not axes.patches
    assert "out of memory: no figure" in _texts(axes)


def test_each_meter_has_a_figure_and_the_levels_belong_to_the_first() -> None:
    (first, one), (second, other) = CHART.draw(sample.two_meters())
    assert (first, second) == ("peaks-league", "peaks-league-memray")
    assert "sequential 28.00 MiB" in _texts(one.axes[0])
    assert "sequential 28.00 MiB" not in _texts(other.axes[0])


@pytest.mark.parametrize(
    ("size", "label"),
    [
        (0, "0 MiB"),
        (1, "<0.001 MiB"),
        (-100, "-<0.001 MiB"),
        (4096, "0.004 MiB"),
        (-419430, "-0.40 MiB"),
        (2**20, "1.00 MiB"),
        (2150 * 2**20, "2,150 MiB"),
    ],
)
def test_an_amount_is_in_mebibytes_however_small(size: int, label: str) -> None:
    assert style.mib_label(size) == label
