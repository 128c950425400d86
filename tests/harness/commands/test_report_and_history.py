"""`membench report` and `membench history`, each in a process of its own, on results that are written here."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import membench
from sample_results import ENVIRONMENT, results, sample

from membench.harness.commands.command_line import main
from membench.harness.store.results import write_results
from membench.harness.store.schemas import validator

MIB = 1024 * 1024


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def _two_runs(tmp_path: Path) -> tuple[str, str]:
    smoke = results(sample("baseline", (60 * MIB,) * 2, artifacts=("artifacts/flame.html",)), sample("all", (9, 9)))
    other = replace(results(sample("baseline", scenario="flaky")), environment=replace(ENVIRONMENT, fingerprint="x"))
    return (
        str(write_results(smoke, _folder(tmp_path / "out" / "smoke"))),
        str(write_results(other, _folder(tmp_path / "out" / "flaky"))),
    )


@pytest.mark.slow
def test_several_results_make_one_page_whose_path_is_said_last(tmp_path: Path) -> None:
    first, second = _two_runs(tmp_path)
    done = membench("report", first, second, "--out", str(tmp_path / "out"), "--format", "html")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"wrote {tmp_path / 'out' / 'report.html'}"
    page = (tmp_path / "out" / "report.html").read_text()
    assert '<h2 id="s1-title">smoke</h2>' in page
    assert '<h2 id="s2-title">flaky</h2>' in page
    assert "comes from another environment" in page
    assert 'href="./smoke/artifacts/flame.html"' in page
    assert "the largest spread" in page or "to the byte" in page


@pytest.mark.slow
def test_the_same_results_give_the_same_bytes_of_page_and_pictures(tmp_path: Path) -> None:
    first, second = _two_runs(tmp_path)
    for name in ("one", "two"):
        folder = str(tmp_path / "out" / name)
        assert membench("report", first, second, "--out", folder, "--format", "html").returncode == 0
    one, two = tmp_path / "out" / "one", tmp_path / "out" / "two"
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert {path.suffix for path in files} == {".html", ".svg", ".png"}
    assert all((one / path).read_bytes() == (two / path).read_bytes() for path in files)


@pytest.mark.slow
def test_artifacts_outside_of_the_pages_folder_are_named_and_not_linked(tmp_path: Path) -> None:
    first, _ = _two_runs(tmp_path)
    assert membench("report", first, "--out", str(tmp_path / "elsewhere"), "--format", "html").returncode == 0
    page = (tmp_path / "elsewhere" / "report.html").read_text()
    assert "../out/smoke/artifacts/flame.html" in page
    assert 'flame.html"' not in page


def test_html_is_among_the_formats() -> None:
    assert "html" in json.loads(membench("list", "formats", "--format", "json").stdout)["formats"]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for day in range(1, 13):
        peak = (61 if day > 8 else 60) * MIB
        run = replace(
            results(sample("baseline", (peak, peak)), sample("<b>", (5, 5), scenario="smoke <i>")),
            created=f"2026-01-{day:02d}T00:00:00+00:00",
            revision=f"c0ffee{day:02d}",
            environment=replace(
                ENVIRONMENT, fingerprint="other" if day > 11 else "abc", kernel="6.2" if day > 11 else "6.1"
            ),
        )
        write_results(run, _folder(tmp_path / "runs" / f"{day:02d}"))
    return tmp_path / "runs"


@pytest.mark.slow
def test_history_prints_each_workload_and_its_changes(runs: Path, assert_golden: Callable[[str, str], None]) -> None:
    done = membench("history", runs.name, cwd=runs.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert_golden("history.txt", done.stdout)


def test_history_as_json_is_as_its_schema_says(runs: Path, assert_golden: Callable[[str, str], None]) -> None:
    done = membench("history", runs.name, "--format", "json", cwd=runs.parent)
    assert (done.returncode, done.stderr) == (0, "")
    validator("membench-history").validate(json.loads(done.stdout))
    assert_golden("history.json", done.stdout)


def test_history_writes_a_page_and_the_document(runs: Path, assert_golden: Callable[[str, str], None]) -> None:
    done = membench("history", runs.name, "--out", "out", "--format", "html", cwd=runs.parent)
    assert done.returncode == 0
    page = (runs.parent / "out" / "history.html").read_text()
    assert done.stdout == page
    assert done.stderr.splitlines() == ["wrote out/history.json", "wrote out/history.html"]
    assert_golden("history.html", page[page.index("<body>") : page.index('<script type="application/json"')])
    assert "<i>" not in page


@pytest.mark.parametrize(("folder", "said"), [("nosuch", "is no folder"), (".", "No stored run")])
def test_history_without_runs_ends_with_2(tmp_path: Path, folder: str, said: str) -> None:
    done = membench("history", folder, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("empty", ["outcomes", "wall_seconds", "peak_bytes", "timeline"])
def test_a_valid_document_whose_lists_are_empty_is_reported(
    tmp_path: Path, empty: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_results(results(sample("baseline"), sample("all"), sample("all", meter="memray")), tmp_path)
    document = json.loads(path.read_text())
    for entry in document["samples"]:
        entry[empty] = {"seconds": [], "rss_bytes": []} if empty == "timeline" else []
    path.write_text(json.dumps(document))
    assert main(["report", str(path), "--format", "markdown"]) == 0
    assert "# Peak memory" in capsys.readouterr().out


@pytest.mark.parametrize("out", ["runs", "runs/new", "./runs/."])
def test_history_writes_nothing_to_where_it_reads_from(runs: Path, out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(runs.parent)
    before = sorted(runs.rglob("*"))
    assert main(["history", runs.name, "--out", out.replace("runs", runs.name)]) == 2
    assert sorted(runs.rglob("*")) == before


def test_history_of_runs_without_a_figure_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_results(results(sample("baseline")), tmp_path)
    document = json.loads(path.read_text())
    document["samples"][0] |= {"peak_bytes": [], "outcomes": [], "wall_seconds": []}
    path.write_text(json.dumps(document))
    assert main(["history", str(tmp_path)]) == 0
    assert "baseline" in capsys.readouterr().out
