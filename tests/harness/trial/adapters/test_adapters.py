"""The ways to call a workload, each in a real process."""

import sys
from pathlib import Path
from typing import Any

import pytest

from membench.harness.errors import MeasurementError, UsageError
from membench.harness.kernel.controls import available_controls, usable_cpus
from membench.harness.model import Outcome, Reading, Trial, Workload
from membench.harness.trial.adapters import adapter_file
from membench.harness.trial.isolation import Isolation

HERE = Path(__file__).parents[2]
MIB = 1024 * 1024


def measure(adapter: str, target: str, meter: str = "peak_rss", **fields: Any) -> Reading:
    workload = Workload(
        scenario="shop",
        variant=target,
        target=f"called_functions:{target}",
        parameters=fields.pop("parameters", {}),
        import_paths=(str(HERE),),
        adapter=adapter,
        **fields,
    )
    isolation = Isolation(controls=available_controls(), time_limit_seconds=60)
    return isolation.run(Trial(workload=workload, meter=meter, repeat=0), usable_cpus()[0])


def test_a_function_gets_its_arguments_and_its_peak_is_read() -> None:
    reading = measure("function", "hold", arguments=(64,), parameters={"unit": MIB})
    assert reading.outcome is Outcome.OK
    assert reading.peak_bytes is not None
    assert 64 * MIB < reading.peak_bytes < 96 * MIB


def test_a_coroutine_function_is_awaited() -> None:
    reading = measure("function", "hold_later", parameters={"mib": 64})
    assert reading.outcome is Outcome.OK
    assert reading.peak_bytes is not None
    assert reading.peak_bytes > 64 * MIB


@pytest.mark.parametrize("meter", ["peak_rss", "peak_tree", "tracemalloc", "memray"])
def test_what_the_set_up_takes_for_a_moment_is_not_in_the_peak(meter: str) -> None:
    reading = measure("function", "use", meter, setup="called_functions:take_much_leave_little")
    assert reading.outcome is Outcome.OK, reading.stderr_tail
    assert reading.peak_bytes is not None
    assert reading.peak_bytes < 60 * MIB


def test_a_function_runs_in_its_folder_and_with_its_variables(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x" * 10)
    reading = measure("function", "read_data", folder=str(tmp_path), environment={"DATA": "data"})
    assert reading.outcome is Outcome.OK, reading.stderr_tail


def test_a_function_that_raises_leaves_its_traceback() -> None:
    reading = measure("function", "fail")
    assert reading.outcome is Outcome.CRASHED
    assert "ValueError: no orders" in reading.stderr_tail


def test_a_command_runs_in_its_folder_under_its_own_names(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x" * 10)
    program = "import os; assert os.environ['DATA'] == 'data'; held = open('data').read() * 5_000_000"
    command = (sys.executable, "-c", program)
    reading = measure("command", "", arguments=command, folder=str(tmp_path), environment={"DATA": "data"})
    assert (reading.outcome, reading.scenario) == (Outcome.OK, "shop"), reading.stderr_tail
    assert reading.peak_bytes is not None
    assert reading.peak_bytes > 50_000_000


def test_a_command_whose_folder_is_not_there_is_one_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(MeasurementError, match=r"its folder .*gone is not there"):
        measure("command", "", arguments=("true",), folder=str(tmp_path / "gone"))


def test_an_unknown_kind_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="function"):
        adapter_file("notebook")
