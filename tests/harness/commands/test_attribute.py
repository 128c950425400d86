"""`membench attribute`, on the smallest league."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from command_line import membench

from membench.harness.store.schemas import validator


def attribute(*args: str) -> subprocess.CompletedProcess[str]:
    return membench("attribute", "--scenario", "smoke", *args)


def document_of(*args: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(attribute("--format", "json", *args).stdout)
    return document


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with all 128 combinations measured, and what was shown of them."""
    folder = tmp_path_factory.mktemp("complete")
    done = attribute("--out", str(folder))
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


@pytest.mark.slow
def test_the_shares_of_all_128_combinations_add_up_to_the_byte_and_a_second_look_measures_nothing(
    complete: tuple[Path, str],
) -> None:
    folder, _ = complete
    document = json.loads((folder / "attribution.json").read_text())
    validator("membench-attribution").validate(document)
    assert document["trials"] == 128
    assert document["missing"] == []
    assert sum(fix["shapley_bytes"] for fix in document["fixes"]) == document["baseline_bytes"] - document["all_bytes"]
    assert len(document["interactions"]) == 21
    readings = (folder / "readings.jsonl").read_text()
    assert document_of("--out", str(folder), "--resume") == document
    assert (folder / "readings.jsonl").read_text() == readings


def test_a_design_gives_its_own_figure_and_leaves_the_others_out() -> None:
    alone = document_of("--design", "alone")
    assert alone["trials"] == 8
    assert all(fix["alone_bytes"] is not None for fix in alone["fixes"])
    assert all(fix["shapley_bytes"] is None for fix in alone["fixes"])
    assert all(fix["cumulative_bytes"] is not None for fix in document_of("--design", "cumulative")["fixes"])
    assert all(fix["leave_one_out_bytes"] is not None for fix in document_of("--design", "leave-one-out")["fixes"])


@pytest.mark.slow
def test_one_combination_that_fails_leaves_the_rest_and_is_named(tmp_path: Path) -> None:
    assert attribute("--design", "alone", "--out", str(tmp_path)).returncode == 0
    path = tmp_path / "readings.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        if line.get("variant") == "fix-3":
            line |= {"outcome": "crashed", "detail": "signal 11 (SIGSEGV)"}
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = attribute("--design", "alone", "--out", str(tmp_path), "--resume", "--format", "json")
    assert done.returncode == 3
    document = json.loads(done.stdout)
    assert document["missing"] == [{"variant": "fix-3", "failures": ["crashed (signal 11 (SIGSEGV))"]}]
    assert document["incomplete"] == [{"fix": "fix-3", "figures": ["alone_bytes"]}]
    had = {fix["fix"]: fix["alone_bytes"] is not None for fix in document["fixes"]}
    assert had == {f"fix-{number}": number != 3 for number in range(1, 8)}
    shown = attribute("--design", "alone", "--out", str(tmp_path), "--resume")
    assert "fix-3 has no peak" in shown.stdout
    assert "what it saves alone cannot be had" in shown.stdout


def test_switches_can_be_named_and_all_is_all_of_them() -> None:
    document = document_of("--switch", "fix-3", "--switch", "fix-1", "--design", "factorial")
    assert [fix["fix"] for fix in document["fixes"]] == ["fix-1", "fix-3"]
    assert document["trials"] == 4
    assert sum(fix["shapley_bytes"] for fix in document["fixes"]) == document["baseline_bytes"] - document["all_bytes"]


def test_a_switch_that_does_not_exist_is_wrong_use() -> None:
    done = attribute("--switch", "fix-8")
    assert done.returncode == 2
    assert "fix-1, fix-2" in done.stderr
    assert done.stderr.count("\n") == 1


def test_sampled_orders_give_estimates_with_intervals_that_add_up() -> None:
    document = document_of("--design", "sampled", "--orders", "4", "--seed", "7")
    assert (document["design"], document["orders"], document["seed"]) == ("sampled", 4, 7)
    fixes = document["fixes"]
    assert sum(fix["shapley_bytes"] for fix in fixes) == document["baseline_bytes"] - document["all_bytes"]
    assert all(fix["shapley_low_bytes"] <= fix["shapley_bytes"] <= fix["shapley_high_bytes"] for fix in fixes)
    assert document["interactions"] == []


def test_the_report_and_its_charts_are_written_and_not_buried_in_combinations(complete: tuple[Path, str]) -> None:
    folder, shown = complete
    assert "which fix bought which megabytes" in shown
    charts = {path.name for path in (folder / "charts").glob("*.png")}
    assert {"attribution-smoke.png", "interactions-smoke.png", "waterfall-smoke.png"} <= charts
    report = (folder / "report.md").read_text()
    assert "fix-1+2+3+4 " not in report
    assert "fix 4: incremental validation" in report
    assert "### Which fix bought which megabytes" in report


def test_resuming_without_a_folder_is_wrong_use() -> None:
    done = attribute("--resume")
    assert done.returncode == 2
    assert "--out" in done.stderr
