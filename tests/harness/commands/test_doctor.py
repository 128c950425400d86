"""`membench doctor`, short runs on the smallest league."""

import json
import subprocess
from typing import Any

import pytest
from command_line import membench

from membench.harness.kernel.controls import available_controls
from membench.harness.store.schemas import validator


def doctor(*args: str) -> subprocess.CompletedProcess[str]:
    return membench("doctor", "--scenario", "smoke", *args, COLUMNS="140")


def document_of(*args: str) -> dict[str, Any]:
    done = doctor(*args, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    document: dict[str, Any] = json.loads(done.stdout)
    validator("membench-doctor").validate(document)
    return document


def test_a_short_run_says_which_controls_hold_and_what_was_found() -> None:
    document = document_of("--tries", "1", "--comparisons", "2", "--repeats", "2")
    assert {"controls", "spread_bytes", "smallest_detectable_bytes", "repeats"} <= set(document)
    assert document["repeats"] == 2
    assert len(document["peak_bytes"]) == 6
    assert [rise["injected_bytes"] for rise in document["rises"]] == [16384, 65536, 262144, 1048576]
    names = [row["name"] for row in document["controls"]]
    assert names[:2] == ["address_randomisation_off", "pinned_to_one_cpu"]
    if available_controls().address_randomisation_off:
        assert all(
            abs(rise["smallest_shift_bytes"] - rise["injected_bytes"]) <= document["spread_bytes"] + 4096
            for rise in document["rises"]
        )


@pytest.mark.slow
def test_with_addresses_left_randomised_it_repeats_more_and_the_floor_is_wider() -> None:
    document = document_of(
        "--tries", "1", "--comparisons", "1", "--inject", "4 MiB", "--no-control", "address_randomisation"
    )
    assert document["repeats"] == 10
    row = document["controls"][0]
    assert (row["name"], row["holds"]) == ("address_randomisation_off", False)
    assert document["environment"]["controls"]["address_randomisation_off"] is False
    assert document["spread_bytes"] > 0
    assert document["smallest_detectable_bytes"] == 4 * 1024 * 1024
    assert any("addresses are randomised" in warning for warning in document["warnings"])


def test_people_get_the_controls_in_rows_and_the_rest_in_a_paragraph() -> None:
    done = doctor("--tries", "1", "--comparisons", "1", "--repeats", "2", "--inject", "1 MiB")
    assert done.returncode == 0
    assert "address randomisation off" in done.stdout
    assert "6 trials of smoke/all" not in done.stdout
    assert "4 trials of smoke/all, unchanged, spread" in done.stdout
    assert "in 1 comparison of unchanged trials" in " ".join(done.stdout.split())
    assert done.stderr == ""


def test_a_trial_that_fails_ends_with_3_in_two_lines_after_the_controls() -> None:
    done = doctor("--timeout", "0.001")
    assert done.returncode == 3
    assert done.stderr.startswith("membench: A trial of smoke/all")
    assert "ended as timed-out" in done.stderr
    assert done.stderr.count("\n") == 2
    assert "memory cgroup" in done.stdout


@pytest.mark.parametrize(
    "args",
    [
        ("--repeats", "1"),
        ("--tries", "0"),
        ("--comparisons", "0"),
        ("--inject", "much"),
        ("--no-control", "luck"),
        ("--variant", "fix-9"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_was_wanted(args: tuple[str, ...]) -> None:
    done = doctor(*args)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") <= 2
    assert args[-1] in done.stderr or args[0] in done.stderr
