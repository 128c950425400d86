"""What a real browser's program does, the scenarios with its weights do: measured, not asserted of the code."""

import json
import subprocess
import sys
from collections.abc import Mapping

import pytest

pytestmark = pytest.mark.slow

FIXES = tuple(f"fix-{number}" for number in range(1, 8))
UNMOVED = 0.05


def changes(scenario: str, *variants: str) -> Mapping[str, float]:
    """Measure variants of a scenario; tell by what part of the baseline each moves the peak."""
    named = [word for variant in ("baseline", *variants) for word in ("--variant", variant)]
    arguments = ["run", "--suite", "league", "--scenario", scenario, *named, "--repeats", "1", "--format", "json"]
    done = subprocess.run([sys.executable, "-m", "membench", *arguments], capture_output=True, text=True, check=True)
    peaks = {sample["variant"]: sample["median_bytes"] for sample in json.loads(done.stdout)["samples"]}
    return {variant: peaks[variant] / peaks["baseline"] - 1 for variant in variants}


@pytest.mark.parametrize("scenario", ["chromium-light", "chromium-heavy"])
def test_with_plain_results_none_of_the_seven_moves_the_peak_and_a_page_of_its_own_does(scenario: str) -> None:
    found = changes(scenario, *FIXES, "page-per-operation")
    assert {fix: found[fix] for fix in FIXES if abs(found[fix]) > UNMOVED} == {}
    assert found["page-per-operation"] <= (-0.6 if scenario == "chromium-heavy" else -0.3)


def test_where_pages_go_with_the_results_three_fixes_are_substitutes_as_they_really_are() -> None:
    found = changes("chromium-light-released", "fix-1", "fix-2", "fix-3", "fix-5", "fix-7", "fix-3+7-by-default")
    really = {"fix-1": -0.67, "fix-2": -0.67, "fix-3": -0.53, "fix-3+7-by-default": -0.63}
    assert {name: found[name] for name in really} == pytest.approx(really, abs=0.1)
    assert abs(found["fix-5"]) < UNMOVED > abs(found["fix-7"])


def test_where_handles_are_never_disposed_of_nothing_helps_until_they_are() -> None:
    found = changes("chromium-light-open", *FIXES, "fix-1+dispose-handles")
    assert {fix: found[fix] for fix in FIXES if abs(found[fix]) > UNMOVED} == {}
    assert found["fix-1+dispose-handles"] < -0.5
