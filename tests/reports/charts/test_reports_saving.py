import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import sample_documents as sample
from sample_documents import HOSTILE

from membench.harness.errors import UnwritableOutputError
from membench.reports.charts import chart_names, load_chart, style
from membench.reports.charts.saving import file_stem, picture, write_charts


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["svg", "png"])
@pytest.mark.parametrize("name", chart_names())
def test_the_same_report_gives_the_same_bytes(name: str, kind: str) -> None:
    first, second = ([picture(figure, kind) for _, figure in load_chart(name).draw(sample.realistic())] for _ in "ab")
    assert first == second


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_figure_gives_the_same_bytes_again(kind: str) -> None:
    (_, figure), *_ = load_chart("peaks").draw(sample.realistic())
    assert picture(figure, kind) == picture(figure, kind)


@pytest.mark.slow
def test_every_figure_is_written_as_svg_and_png_and_nothing_else(tmp_path: Path) -> None:
    written = write_charts(sample.realistic(), tmp_path / "new" / "charts")
    assert sorted(written) == sorted((tmp_path / "new" / "charts").iterdir())
    assert {path.suffix for path in written} == {".svg", ".png"}
    assert {"peaks-league.svg", "claims-league.png", "timeline-incident.svg"} <= {path.name for path in written}


def test_charts_are_written_over_older_ones(tmp_path: Path) -> None:
    first = write_charts(sample.all_failed(), tmp_path)
    before = [path.read_bytes() for path in first]
    first[0].write_text("older", encoding="utf-8")
    assert write_charts(sample.all_failed(), tmp_path) == first
    assert [path.read_bytes() for path in first] == before


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["html", "path", "code", "surrogate"])
def test_a_hostile_scenario_stays_in_its_folder_and_its_svg_is_well_formed(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "charts"
    written = write_charts(sample.hostile(HOSTILE[kind]), folder)
    assert {path.parent for path in written} == {folder}
    assert list(tmp_path.iterdir()) == [folder]
    for path in written:
        if path.suffix == ".svg":
            tags = {
                element.tag.rpartition("}")[2] for element in ET.fromstring(path.read_text(encoding="utf-8")).iter()
            }
            assert not tags & {"script", "a", "image", "foreignObject"}


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("peaks-league", "peaks-league"),
        ("peaks-../../x", "peaks-..-..-x"),
        ("../../x", "x"),
        (".hidden", "hidden"),
        ("a/b\\c\0d", "a-b-c-d"),
        ("", "chart"),
        ("..", "chart"),
        ("x" * 500, "x" * 100),
    ],
)
def test_a_stem_names_no_folder_and_hides_nothing(text: str, stem: str) -> None:
    assert file_stem(text) == stem


def test_scenarios_whose_safe_names_are_the_same_get_files_of_their_own(tmp_path: Path) -> None:
    sections = [sample.section(sample.row("x", 1.0, scenario=name), scenario=name) for name in ("a/b", "a-b")]
    written = write_charts(sample.report(*sections), tmp_path)
    assert [path.name for path in written if path.suffix == ".svg"] == ["peaks-a-b.svg", "peaks-a-b-2.svg"]


def test_a_folder_that_cannot_be_made_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UnwritableOutputError, match="file"):
        write_charts(sample.all_failed(), tmp_path / "file" / "charts")


def test_a_figure_of_very_many_rows_is_drawn_with_fewer_dots() -> None:
    with style.applied():
        figure = style.new_figure(500, title="long", subtitle="")
    height = int.from_bytes(picture(figure, "png")[20:24], "big")
    assert 19_000 < height <= 20_000
