"""The meter `allocations` sees what no peak shows: how much is allocated, freed at once or not."""

from pathlib import Path

import pytest

from membench.harness.kernel.controls import available_controls, usable_cpus
from membench.harness.model import Outcome, Reading, Trial, Workload
from membench.harness.trial.isolation import Isolation

MIB = 1024 * 1024
_CALLS = """
def churn(times):
    for _ in range(times):
        bytes(1024 * 1024)
"""


def count(folder: Path, times: int) -> Reading:
    if not (folder / "calls.py").exists():  # written again it would be compiled again
        (folder / "calls.py").write_text(_CALLS)
    workload = Workload(
        scenario="churn",
        variant=str(times),
        target="calls:churn",
        parameters={"times": times},
        import_paths=(str(folder),),
        adapter="function",
    )
    isolation = Isolation(controls=available_controls(), time_limit_seconds=120)
    return isolation.run(Trial(workload=workload, meter="allocations", repeat=0), usable_cpus()[0])


def test_ten_times_as_much_with_the_same_peak_is_seen_and_repeats(tmp_path: Path) -> None:
    count(tmp_path, 10)  # compiles
    one, ten, again = (count(tmp_path, times) for times in (10, 100, 100))
    assert [reading.outcome for reading in (one, ten, again)] == [Outcome.OK] * 3
    assert one.peak_bytes is not None
    assert ten.peak_bytes is not None
    assert ten.peak_bytes - one.peak_bytes == pytest.approx(90 * MIB, rel=0.001)
    assert (again.peak_bytes, again.source) == (ten.peak_bytes, ten.source)
    assert ten.source.endswith("allocations, freed ones included; no peak, but the sum of their bytes")
    assert ten.call_sites[0].function == "churn"
    assert ten.call_sites[0].bytes == pytest.approx(100 * MIB, rel=0.001)
