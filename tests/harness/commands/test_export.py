"""`membench export` as a user meets it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sample_results import results, sample

from membench.harness.commands.command_line import cli, main
from membench.harness.model import Outcome, Sample
from membench.harness.store.results import write_results


def failed(variant: str = "all") -> Sample:
    return sample(variant, (), outcomes=(Outcome.CRASHED,), wall_seconds=(0.1,))


def export(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(cli, ["export", str(folder / "results.json"), *args])


def test_the_document_is_alone_on_standard_output(tmp_path: Path) -> None:
    write_results(results(sample("baseline"), failed()), tmp_path)
    done = export(tmp_path, "--to", "bmf")
    assert done.exit_code == 0
    assert list(json.loads(done.stdout)) == ["smoke/baseline"]
    assert done.stderr == "membench: smoke/all (peak_rss) is left out: no trial came to a figure (crashed 1/1)\n"


def test_a_file_holds_what_would_have_been_printed(tmp_path: Path) -> None:
    write_results(results(sample("baseline")), tmp_path)
    printed = export(tmp_path, "--to", "csv").stdout_bytes
    done = export(tmp_path, "--to", "csv", "--out", str(tmp_path / "new" / "peaks.csv"))
    assert (done.exit_code, done.output) == (0, "")
    assert (tmp_path / "new" / "peaks.csv").read_bytes() == printed
    assert printed.endswith(b"\r\n")


def test_a_run_without_any_figure_is_an_error_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_results(results(failed()), tmp_path)
    out = tmp_path / "peaks.json"
    assert main(["export", str(tmp_path / "results.json"), "--to", "bmf", "--out", str(out)]) == 2
    assert "has no figure to export" in capsys.readouterr().err
    assert not out.exists()


def test_a_format_that_there_is_not_is_an_error_that_names_those_there_are(tmp_path: Path) -> None:
    done = export(tmp_path, "--to", "xlsx")
    assert done.exit_code == 2
    assert "github-action-benchmark" in done.stderr


def test_a_place_that_cannot_be_written_to_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_results(results(sample("baseline")), tmp_path)
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "peaks.csv"
    assert main(["export", str(tmp_path / "results.json"), "--to", "csv", "--out", str(out)]) == 2
    assert "Cannot write to" in capsys.readouterr().err
