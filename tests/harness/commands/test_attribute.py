"""`membench attribute`, on the smallest league."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from harness.store.schemas import validator


def attribute(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "harness", "attribute", "--scenario", "smoke", *args],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "120"},
    )


def document_of(*args: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(attribute("--format", "json", *args).stdout)
    return document


def test_the_shares_of_all_128_combinations_add_up_to_the_byte_and_a_second_look_measures_nothing(
    tmp_path: Path,
) -> None:
    document = document_of("--out", str(tmp_path))
    validator("membench-attribution").validate(document)
    assert document["trials"] == 128
    assert document["missing"] == []
    assert sum(fix["shapley_bytes"] for fix in document["fixes"]) == document["baseline_bytes"] - document["all_bytes"]
    assert len(document["interactions"]) == 21
    assert json.loads((tmp_path / "attribution.json").read_text()) == document
    assert document_of("--out", str(tmp_path), "--resume") == document


def test_a_design_gives_its_own_figure_and_leaves_the_others_out() -> None:
    alone = document_of("--design", "alone")
    assert alone["trials"] == 8
    assert all(fix["alone_bytes"] is not None for fix in alone["fixes"])
    assert all(fix["shapley_bytes"] is None for fix in alone["fixes"])
    assert all(fix["cumulative_bytes"] is not None for fix in document_of("--design", "cumulative")["fixes"])
    assert all(fix["leave_one_out_bytes"] is not None for fix in document_of("--design", "leave-one-out")["fixes"])


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
    had = {fix["fix"]: fix["alone_bytes"] is not None for fix in document["fixes"]}
    assert had == {f"fix-{number}": number != 3 for number in range(1, 8)}
    shown = attribute("--design", "alone", "--out", str(tmp_path), "--resume")
    assert "fix-3 has no peak" in shown.stdout


def test_resuming_without_a_folder_is_wrong_use() -> None:
    done = attribute("--resume")
    assert done.returncode == 2
    assert "--out" in done.stderr
