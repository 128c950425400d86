"""Every export against the published rules of its format, and what holds of all of them."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from pytest_benchmark.logger import Logger
from pytest_benchmark.stats import Stats
from pytest_benchmark.storage.file import FileStorage
from sample_documents import HOSTILE
from sample_results import ENVIRONMENT, results, sample

from membench.harness.errors import UsageError
from membench.harness.model import Outcome, Results
from membench.harness.text import shortened
from membench.reports.exports import export_names, load_export
from membench.reports.figures import figures_of

# https://bencher.dev/bmf.json; the lengths are those of Bencher's own checks.
BMF = {
    "type": "object",
    "propertyNames": {"minLength": 1, "maxLength": 1024},
    "additionalProperties": {
        "type": "object",
        "propertyNames": {"minLength": 1, "maxLength": 64},
        "additionalProperties": {
            "type": "object",
            "required": ["value"],
            "additionalProperties": False,
            "properties": {name: {"type": "number"} for name in ("value", "lower_value", "upper_value")},
        },
    },
}
# README of github-action-benchmark, "customSmallerIsBetter".
GITHUB_ACTION_BENCHMARK = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "unit", "value"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "unit": {"type": "string"},
            "value": {"type": "number"},
            "range": {"type": "string"},
            "extra": {"type": "string"},
        },
    },
}
# RFC 4180, section 2, as a grammar: lines end in CRLF, and a quote stands only around a field or doubled in it.
RFC_4180_FIELD = r'(?:"(?:[^"]|"")*"|[^",\r\n]*)'
RFC_4180 = re.compile(rf"(?:{RFC_4180_FIELD}(?:,{RFC_4180_FIELD})*\r\n)+")

every_export = pytest.mark.parametrize("name", export_names())
hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)


def realistic() -> Results:
    return results(
        sample("baseline", (66_146_304, 66_150_400, 66_142_208), wall_seconds=(0.5, 0.4, 0.6)),
        sample("baseline", (70_000_000,), meter="memray"),
        sample("fix-1+3", (29_360_128,), outcomes=(Outcome.OK, Outcome.CRASHED), wall_seconds=(0.5, 0.1)),
        sample("fix-2-as-written", (28_000_000,), outcomes=(Outcome.WRONG_OUTPUT,)),
        sample(
            "as-expected",
            (28_000_000,),
            outcomes=(Outcome.WRONG_OUTPUT,),
            expected_outcome=Outcome.WRONG_OUTPUT,
        ),
        sample("all", (), outcomes=(Outcome.TIMED_OUT,), wall_seconds=(9.0,)),
    )


def named(text: str) -> Results:
    """Put one text into every place of a results document that takes a text."""
    changes = dict.fromkeys(("python", "implementation", "kernel", "libc", "machine", "fingerprint"), text)
    twice = (sample(text, (1, 2, 3), scenario=text, meter=text) for _ in range(2))
    found = results(*twice, sample("other", scenario=text, meter=text))
    return replace(found, created=text, environment=replace(ENVIRONMENT, **changes))


def render(name: str, found: Results) -> str:
    return load_export(name).render(found, figures_of(found)[0])


def read_metrics(text: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    families = text_string_to_metric_families(text)
    return {one.name: [(point.labels, point.value) for point in one.samples] for one in families}


def read_pytest_benchmark(text: str, folder: Path) -> list[dict[str, Any]]:
    """Load a stored run as pytest-benchmark does."""
    (folder / "0001_run.json").write_text(text)
    warnings: list[str] = []
    logger = Logger(Logger.NORMAL)
    logger.warning = warnings.append
    found = list(FileStorage(folder, logger).load_benchmarks())
    assert warnings == []
    return found


@every_export
def test_an_export_is_named_as_its_file_and_says_what_reads_it(name: str) -> None:
    assert load_export(name).name == name
    assert load_export(name).summary


def test_an_unknown_export_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="Known: bmf, csv, github-action-benchmark, openmetrics, pytest-benchmark"):
        load_export("xlsx")


@every_export
def test_an_export_is_as_it_was(name: str, assert_golden: Callable[[str, str], None]) -> None:
    assert_golden(f"export-{name}.txt", render(name, realistic()))


@every_export
def test_no_figure_is_still_a_document_of_the_format(name: str) -> None:
    check(name, render(name, results()))


@every_export
@hostile
def test_a_hostile_name_leaves_a_document_of_the_format(name: str, text: str) -> None:
    rendered = render(name, named(text))
    rendered.encode("utf-8")
    assert not [character for character in rendered if character not in "\r\n" and not character.isprintable()]
    check(name, rendered)


@every_export
@given(text=st.text(min_size=1, max_size=200))
def test_any_name_leaves_a_document_of_the_format(name: str, text: str) -> None:
    check(name, render(name, named(text)))


def check(name: str, text: str) -> None:
    """Hold a document to the rules of its format."""
    match name:
        case "bmf":
            found = json.loads(text)
            Draft7Validator(BMF).validate(found)
            assert all(len(benchmark.encode()) <= 1024 for benchmark in found), "Bencher counts bytes"
        case "github-action-benchmark":
            entries = json.loads(text)
            Draft7Validator(GITHUB_ACTION_BENCHMARK).validate(entries)
            assert not [entry for entry in entries if {"`", "|"} & set(entry["name"])], "would leave its table cell"
        case "csv":
            assert RFC_4180.fullmatch(text)
            assert len({len(line) for line in csv.reader(io.StringIO(text, newline=""))}) == 1
        case "openmetrics":
            assert text.endswith("# EOF\n")
            read_metrics(text)
        case "pytest-benchmark":
            assert {"machine_info", "commit_info", "benchmarks", "datetime", "version"} == set(json.loads(text))
        case _:
            pytest.fail(f"no rules are written down for {name}")


def test_what_has_no_figure_or_a_wrong_output_is_left_out_with_its_reason() -> None:
    figures, left_out = figures_of(realistic())
    assert [(figure.name, figure.meter) for figure in figures] == [
        ("smoke/baseline", "peak_rss"),
        ("smoke/baseline", "memray"),
        ("smoke/fix-1+3", "peak_rss"),
        ("smoke/as-expected", "peak_rss"),
    ]
    assert left_out == (
        "smoke/fix-2-as-written (peak_rss) is left out: its output was wrong (wrong-output 1/1)",
        "smoke/all (peak_rss) is left out: no trial came to a figure (timed-out 1/1)",
    )


def test_figures_that_would_share_a_name_are_numbered() -> None:
    found = results(sample("b", scenario="s/a"), sample("a/b", scenario="s"), sample("a/b", scenario="s"))
    assert [figure.name for figure in figures_of(found)[0]] == ["s/a/b", "s/a/b (2)", "s/a/b (3)"]


@given(st.text(), st.text(), st.integers(min_value=20, max_value=60))
def test_a_name_is_cut_to_its_length_and_two_stay_two(one: str, other: str, most: int) -> None:
    one, other = (text.encode(errors="replace").decode() for text in (one, other))
    assert len(shortened(one, most).encode()) <= most
    assert (shortened(one, most) == shortened(other, most)) == (one == other)


def test_bencher_gets_a_measure_for_each_meter_with_its_bounds() -> None:
    found = json.loads(render("bmf", realistic()))
    assert set(found["smoke/baseline"]) == {"peak_rss", "memray"}
    assert found["smoke/baseline"]["peak_rss"] == {
        "value": 66_146_304,
        "lower_value": 66_142_208,
        "upper_value": 66_150_400,
    }


def test_the_range_is_one_that_the_action_can_read() -> None:
    """As its source has it: a sign of plus and minus, then a number."""
    entry = json.loads(render("github-action-benchmark", realistic()))[0]
    assert re.fullmatch(r"(\+-|±)\s*\d+", entry["range"])
    assert entry["range"].endswith(" 4096")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\uff1d", "\uff0b", "\uff0d", "\uff20", "  ="])
def test_no_cell_begins_as_a_formula_does(start: str) -> None:
    text = render("csv", named(f'{start}cmd|"calc"!A1'))
    cells = [cell for line in csv.reader(io.StringIO(text, newline="")) for cell in line]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20"))]
    assert any(cell.startswith("'") for cell in cells)


def test_a_line_of_the_table_has_the_sizes_as_numbers() -> None:
    lines = list(csv.DictReader(io.StringIO(render("csv", realistic()), newline="")))
    assert lines[0]["median_bytes"] == "66146304"
    assert [line["outcome"] for line in lines] == ["ok", "ok", "crashed 1/2", "wrong-output 1/1"]


def test_metrics_are_read_back_with_their_labels_and_values() -> None:
    found = read_metrics(render("openmetrics", realistic()))
    labels = {"scenario": "smoke", "variant": "baseline", "meter": "peak_rss"}
    assert found["membench_peak_bytes"][0] == (labels, 66_146_304)
    assert found["membench_run_timestamp_seconds"] == [({}, 1_767_225_600)]
    assert found["membench_environment"][0][0]["python"] == "3.11.7"


@hostile
def test_a_hostile_label_is_read_back_as_it_was_written(text: str) -> None:
    found = named(text)
    labels = {figure.variant for figure in figures_of(found)[0]}
    assert {
        point[0]["variant"] for point in read_metrics(render("openmetrics", found))["membench_peak_bytes"]
    } == labels


def test_pytest_benchmark_loads_what_is_written_for_it(tmp_path: Path) -> None:
    found = read_pytest_benchmark(render("pytest-benchmark", realistic()), tmp_path)
    assert found[0]["fullname"] == "smoke/baseline (peak_rss)"
    assert found[0]["extra_info"]["peak_rss_bytes"] == 66_146_304


@given(st.lists(st.floats(min_value=1e-6, max_value=1e6), min_size=1, max_size=30))
def test_its_statistics_are_those_that_pytest_benchmark_computes(seconds: list[float]) -> None:
    own = Stats()
    own.data = seconds
    found = results(sample("a", (1,) * len(seconds), wall_seconds=tuple(seconds)))
    written = json.loads(render("pytest-benchmark", found))["benchmarks"][0]["stats"]
    assert set(written) == {*own.fields, "data", "iterations"}
    for field in ("min", "max", "mean", "stddev", "rounds", "median", "ops", "total"):
        assert written[field] == pytest.approx(getattr(own, field), rel=1e-6, abs=1e-9)
    assert written["min"] <= written["q1"] <= written["median"] <= written["q3"] <= written["max"]


def test_pytest_benchmark_compares_two_exported_runs(tmp_path: Path) -> None:
    paths = [tmp_path / "0001_base.json", tmp_path / "0002_head.json"]
    for path in paths:
        path.write_text(render("pytest-benchmark", realistic()))
    command = [sys.executable, "-m", "pytest_benchmark", "compare", "--group-by=fullname", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "smoke/baseline (peak_rss)" in done.stdout
