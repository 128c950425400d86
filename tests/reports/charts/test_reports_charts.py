"""What holds of every chart there is; a new one is found here without being named."""

from collections.abc import Callable
from itertools import combinations

import pytest
import sample_documents as sample
import sample_findings as findings
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from sample_documents import HOSTILE

from membench.reports.charts import chart_names, load_chart
from membench.reports.document import Report

_DOCUMENTS: dict[str, Callable[[], Report]] = {
    "realistic": sample.realistic,
    "magnitudes": sample.magnitudes,
    "all failed": sample.all_failed,
    "close levels": sample.close_levels,
    "two meters": sample.two_meters,
    "findings": findings.realistic,
    "sampled": findings.sampled,
}
for kind in ("ansi", "maths", "mention"):
    _DOCUMENTS[f"hostile {kind}"] = lambda kind=kind: sample.hostile(HOSTILE[kind])
    _DOCUMENTS[f"hostile findings {kind}"] = lambda kind=kind: sample.hostile_findings(HOSTILE[kind])

every_chart = pytest.mark.parametrize("name", chart_names())


def _shown(figure: Figure) -> dict[str, Bbox]:
    """Find the room that each text takes, leaving out ticks that lie outside of what is shown."""
    figure.draw_without_rendering()
    hidden = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
        for label in (tick.label1, tick.label2)
    }
    texts = [text for text in figure.findobj(Text) if text.get_text().strip() and id(text) not in hidden]
    # An annotation's own extent would include its arrow.
    return {
        f"{number}: {text.get_text()}": Text.get_window_extent(text)
        for number, text in enumerate(texts)
        if text.get_visible()
    }


@every_chart
@pytest.mark.parametrize("document", _DOCUMENTS.values(), ids=_DOCUMENTS)
def test_no_text_covers_another_or_leaves_the_figure(name: str, document: Callable[[], Report]) -> None:
    for _, figure in load_chart(name).draw(document()):
        shown = _shown(figure)
        covered = [
            pair for pair in combinations(shown, 2) if _overlap(shown[pair[0]].padded(-1), shown[pair[1]].padded(-1))
        ]
        assert not covered
        width, height = figure.bbox.size
        cut = [
            text
            for text, box in shown.items()
            if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
        ]
        assert not cut


def _overlap(one: Bbox, other: Bbox) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1


@every_chart
def test_there_is_a_figure_for_the_realistic_league(name: str) -> None:
    assert f"{name}-league" in [stem for stem, _ in load_chart(name).draw(findings.realistic())]


@every_chart
@pytest.mark.parametrize("document", [sample.empty, sample.report])
def test_nothing_is_drawn_of_nothing(name: str, document: Callable[[], Report]) -> None:
    assert load_chart(name).draw(document()) == []


@every_chart
def test_names_of_thirty_letters_are_whole(name: str) -> None:
    for _, figure in load_chart(name).draw(sample.magnitudes()):
        assert not [text for text in _shown(figure) if "…" in text]


@every_chart
def test_amounts_are_in_mebibytes_from_zero(name: str) -> None:
    for _, figure in load_chart(name).draw(findings.realistic()):
        text = " ".join(_shown(figure))
        assert "MiB" in text
        assert not [unit for unit in ("KiB", "GiB", "MB)") if unit in text]
        amounts = [axes for axes in figure.axes if "MiB" in axes.get_xlabel() + axes.get_ylabel()]
        for axes in amounts:
            low, _ = axes.get_xlim() if "MiB" in axes.get_xlabel() else axes.get_ylim()
            assert low <= 0
