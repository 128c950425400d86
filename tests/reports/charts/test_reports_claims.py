import sample_documents as sample
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from membench.harness.keys import Switch
from membench.reports.charts.claims import CHART
from membench.reports.document import ClaimRow, ClaimVerdict
from membench.reports.ordering import by_unit


def _drawn(*claims: ClaimRow) -> Figure:
    ((_, figure),) = CHART.draw(sample.report(sample.section(claims=claims)))
    return figure


def _claim(measured: float | None, as_written: float | None = None) -> ClaimRow:
    return ClaimRow(
        fix=Switch("fix-1", "x"),
        claim="1-2 MB",
        unit="MiB",
        claimed_low=1.0,
        claimed_high=2.0,
        measured=measured,
        measured_as_written=as_written,
        verdict=ClaimVerdict.AS_CLAIMED,
    )


def _texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_only_claims_of_one_unit_share_an_axis() -> None:
    panels = by_unit(sample.claims())
    assert list(panels) == ["% of the peak", "% per object", "MiB"]
    assert len(_drawn(*sample.claims()).axes) == 3


def test_the_claimed_range_is_a_band_and_the_measured_value_a_labelled_dot() -> None:
    axes = _drawn(_claim(29.95)).axes[0]
    (band,) = axes.patches
    assert (band.get_x(), band.get_width()) == (1.0, 1.0)
    assert "29.95 MiB" in _texts(axes)


def test_a_negative_value_is_within_the_axis_with_its_label() -> None:
    axes = _drawn(_claim(-5.0, -0.5)).axes[0]
    assert axes.get_xlim()[0] < -5.0
    assert {"-5.00 MiB", "-0.50 MiB"} <= set(_texts(axes))


def test_what_was_measured_as_written_is_hollow() -> None:
    axes = _drawn(_claim(1.0, 0.5)).axes[0]
    fillings = [line.get_markerfacecolor() for line in axes.lines if line.get_marker() == "o"]
    assert fillings[1] == "white" != fillings[0]


def test_a_claim_without_a_figure_says_so() -> None:
    assert "no figure in these terms" in _texts(_drawn(_claim(None)).axes[0])


def test_the_claim_stands_in_its_own_words_below_the_fix() -> None:
    assert {"fix 1: x", "1-2 MB"} <= set(_texts(_drawn(_claim(1.0)).axes[0]))
