"""`membench compare`: any number of runs, sorted, and failing on a rise where that is asked for."""

import json
from pathlib import Path

import pytest
from sample_results import results, sample

from membench.harness.commands.command_line import main
from membench.harness.store.results import write_results_file

MIB = 1024 * 1024


def run(path: Path, a: int, b: int, trials: int = 3) -> str:
    peaks = {"a": a * MIB, "b": b * MIB}
    samples = [sample(variant=name, peaks=(peak,) * trials) for name, peak in peaks.items()]
    write_results_file(results(*samples), path)
    return str(path)


@pytest.fixture
def documents(tmp_path: Path) -> list[str]:
    return [run(tmp_path / f"{number}.json", 100, 100 + 10 * number) for number in range(3)]


def test_each_run_is_set_beside_the_first(documents: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *documents, "--sort", "shift", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["base"] == documents[0]
    assert [one["head"] for one in document["comparisons"]] == documents[1:]
    shifts = [[row["shift_bytes"] for row in one["rows"]] for one in document["comparisons"]]
    assert shifts == [[10 * MIB, 0], [20 * MIB, 0]]


def test_it_fails_on_a_rise_beyond_the_limit_alone(documents: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for limit, code in (("9 MiB", 1), ("15 MiB", 1), ("21 MiB", 0), ("19 %", 1), ("20 %", 0)):
        assert main(["compare", *documents, "--fail-on", limit, "--format", "markdown"]) == code, limit
    assert main(["compare", *documents]) == 0
    assert "rose by more than 9 MiB" in capsys.readouterr().out
    assert main(["compare", *documents, "--fail-on", "much"]) == 2
    assert "'much' is not a size" in capsys.readouterr().err


def test_one_trial_a_side_decides_nothing_and_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = [run(tmp_path / f"{peak}.json", peak, peak, trials=1) for peak in (100, 200)]
    assert main(["compare", *few, "--fail-on", "1 MiB"]) == 0
    assert "too few trials to decide" in " ".join(capsys.readouterr().out.split())
