"""Budgets in a file: written with headroom, enforced, tightened and never raised."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.errors import UnreadableInputError
from membench.harness.plugin.budget_file import KEPT_PEAKS, Budgets, Entry, budget_for, format_size
from membench.harness.units import parse_size

Run = Callable[..., pytest.RunResult]
MIB = 1024 * 1024

SIZED = """
    import os, pytest, shop

    def test_sized():
        shop.hold(int(os.environ["MIB"]))

    def test_plain(): ...
"""


def test_an_update_writes_budgets_with_headroom_and_a_run_holds_tests_to_them(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(test_shop=SIZED)
    monkeypatch.setenv("MIB", "16")
    done = run("--membench-budgets", "budgets.json", "--membench-update")
    done.stdout.fnmatch_lines(["budgets: 2 new, 0 tighter*"])
    written = json.loads((pytester.path / "budgets.json").read_text(encoding="utf-8"))["tests"]
    assert parse_size(written["test_shop.py::test_sized"]["budget"]) == pytest.approx(19.2 * MIB, abs=MIB)
    run("--membench-budgets", "budgets.json").assert_outcomes(passed=2)
    monkeypatch.setenv("MIB", "24")
    done = run("--membench-budgets", "budgets.json")
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        ["memory: * over its budget of 19.* MiB by * (budgets.json; its last peaks: 1[56].* MiB)"]
    )
    run("--membench-budgets", "budgets.json", "--membench-update").assert_outcomes(passed=2)
    kept = json.loads((pytester.path / "budgets.json").read_text(encoding="utf-8"))["tests"]
    assert kept["test_shop.py::test_sized"]["budget"] == written["test_shop.py::test_sized"]["budget"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "There is no file of budgets *--membench-update writes one*"),
        ("[]", "*is not a file of budgets*"),
        ('{"format": "membench-budgets", "format_version": 1, "tests": {"a": {"budget": "12"}}}', "*is not a file*"),
    ],
)
def test_a_file_that_is_none_of_budgets_is_refused(
    pytester: pytest.Pytester, run: Run, text: str | None, said: str
) -> None:
    if text is not None:
        (pytester.path / "budgets.json").write_text(text, encoding="utf-8")
    done = run("--membench-budgets", "budgets.json")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"ERROR: membench: {said}"])


def test_a_budget_is_tightened_once_enough_runs_show_that_less_will_do(tmp_path: Path) -> None:
    budgets = Budgets(tmp_path / "budgets.json", {"test": Entry(budget_bytes=100 * MIB)})
    for _ in range(KEPT_PEAKS - 1):
        assert budgets.update({"test": (10 * MIB,)}) == (0, 0)
    assert budgets.update({"test": (10 * MIB,)}) == (0, 1)
    entry = Budgets.read(tmp_path / "budgets.json").of("test")
    assert entry is not None
    assert entry.budget_bytes == 12 * MIB
    assert budgets.update({"test": (90 * MIB,)}) == (0, 0), "what a budget was is never raised"


def test_a_test_whose_peaks_lie_far_apart_is_called_flaky(tmp_path: Path) -> None:
    peaks = (10 * MIB, 30 * MIB, 11 * MIB)
    budgets = Budgets(tmp_path / "budgets.json", {"test": Entry(budget_bytes=20 * MIB, peaks_bytes=peaks)})
    assert budgets.flaky() == ["test"]
    assert "flaky rather than grown" in budgets.origin("test")


@given(peaks=st.lists(st.integers(0, 1 << 34), min_size=1, max_size=5))
def test_a_budget_leaves_room_above_every_peak_and_is_read_back_as_it_was_written(peaks: list[int]) -> None:
    budget = budget_for(tuple(peaks))
    assert budget >= max(peaks) + MIB
    assert parse_size(format_size(budget)) == budget


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "budgets.json"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(UnreadableInputError, match="too large"):
        Budgets.read(path)
