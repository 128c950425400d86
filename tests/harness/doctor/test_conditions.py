"""What a figure's exactness rests on is tried out, and said."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sample_results import ENVIRONMENT

from membench.harness.doctor.conditions import Condition, conditions
from membench.harness.kernel.controls import Controls, available_controls

HERE = Path(__file__).parents[1]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Make the files of a machine on which everything holds."""
    files = {
        "proc/self/clear_refs": "",
        "proc/swaps": "Filename Type Size Used Priority\n/dev/a partition 100 0 -2\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def held(root: Path, **environment: str) -> dict[str, Condition]:
    controls = Controls(address_randomisation_off=True, pinned_cpu=True)
    return {one.name: one for one in conditions(controls, replace(ENVIRONMENT, **environment), root)}


def test_a_machine_on_which_everything_holds_says_so(machine: Path) -> None:
    rows = held(machine, kernel="6.1.0-13-amd64")
    assert [name for name, row in rows.items() if not row.holds and name != "memory_cgroup"] == []
    assert all(row.text for row in rows.values())
    assert (machine / "proc/self/clear_refs").read_text() == "5"


@pytest.mark.parametrize(
    ("name", "file", "text", "said"),
    [
        ("no_swap_in_use", "proc/swaps", "Filename Type Size Used Priority\n/dev/a partition 100 7 -2\n", "swapoff"),
    ],
)
def test_a_condition_that_does_not_hold_says_why_and_what_to_do(
    machine: Path, name: str, file: str, text: str, said: str
) -> None:
    (machine / file).write_text(text)
    row = held(machine)[name]
    assert not row.holds
    assert said in row.text


def test_a_mark_that_cannot_be_reset_is_told_with_the_reason(tmp_path: Path) -> None:
    row = held(tmp_path)["peak_of_each_phase"]
    assert not row.holds
    assert "No such file or directory" in row.text


@pytest.mark.parametrize(("thp", "holds"), [("always", False), ("madvise", True), ("never", True), ("unknown", True)])
def test_huge_pages_are_a_trouble_only_where_they_come_unasked(machine: Path, thp: str, holds: bool) -> None:
    assert held(machine, thp=thp)["no_huge_pages_unasked"].holds is holds


@pytest.mark.parametrize(
    ("kernel", "holds"), [("5.10.0", True), ("6.1-rc2", True), ("6.2.0", False), ("6.18.44-x", False), ("odd", False)]
)
def test_counters_are_exact_before_the_kernel_that_counts_by_cpu(machine: Path, kernel: str, holds: bool) -> None:
    assert held(machine, kernel=kernel)["resident_counters_exact"].holds is holds


def test_a_control_that_was_left_out_is_not_blamed_on_the_machine() -> None:
    available = available_controls()
    if not (available.address_randomisation_off and available.pinned_cpu):
        pytest.skip("this machine refuses a control")
    controls = Controls(address_randomisation_off=False, pinned_cpu=False)
    rows = {row.name: row for row in conditions(controls, ENVIRONMENT)}
    for name in ("address_randomisation_off", "pinned_to_one_cpu"):
        assert not rows[name].holds
        assert "as asked" in rows[name].text


def names_that_hold(*command: str) -> dict[str, bool]:
    code = (
        "from sample_results import ENVIRONMENT\n"
        "from membench.harness.doctor.conditions import conditions\n"
        "from membench.harness.kernel.controls import available_controls\n"
        "for row in conditions(available_controls(), ENVIRONMENT): print(row.name, int(row.holds))"
    )
    done = subprocess.run(
        [*command, sys.executable, "-c", code],
        env={"PYTHONPATH": str(HERE), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: held == "1" for name, held in (line.split() for line in done.stdout.splitlines())}


def test_what_a_filter_of_system_calls_refuses_is_found_by_trying_it() -> None:
    bare = names_that_hold()
    refused = names_that_hold(
        sys.executable, str(HERE / "refused_calls.py"), "ptrace,personality,sched_setaffinity,pidfd_open"
    )
    gone = {name for name in bare if bare[name] and not refused[name]}
    assert gone >= {"ptrace", "process_descriptors"}
    assert not refused["address_randomisation_off"]
    assert not refused["pinned_to_one_cpu"]
    assert refused["account_of_commands"] is bare["account_of_commands"], "it needs none of them"
