"""What memray and tracemalloc find, in real trials."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from membench.harness.kernel.controls import available_controls, usable_cpus
from membench.harness.meters.memray import FEWEST_CALL_SITES, MAX_CALL_SITES, _call_sites
from membench.harness.model import Outcome, Reading, Trial, Workload
from membench.harness.trial.isolation import Isolation

HERE = Path(__file__).parent
MIB = 1024 * 1024
LINE = (HERE / "held_workloads.py").read_text().splitlines().index(
    '    return [b"x" * MIB for _ in range(pieces)]  # the line that is looked for'
) + 1

both = pytest.mark.parametrize("meter", ["memray", "tracemalloc"])


def measure(meter: str, function: str, pieces: int, artifacts: Path | None = None) -> Reading:
    workload = Workload(
        scenario="heap",
        variant=function,
        target=f"held_workloads:{function}",
        parameters={"pieces": pieces},
        import_paths=(str(HERE),),
    )
    isolation = Isolation(controls=available_controls(), time_limit_seconds=120, artifacts=artifacts)
    return isolation.run(Trial(workload=workload, meter=meter, repeat=0), usable_cpus()[0])


@both
def test_memory_held_for_a_moment_is_found_with_its_line_though_nothing_is_left_at_the_end(meter: str) -> None:
    reading = measure(meter, "moment", 40)
    assert reading.outcome is Outcome.OK
    assert reading.peak_bytes is not None
    assert 40 * MIB <= reading.peak_bytes < 44 * MIB
    largest = reading.call_sites[0]
    assert (Path(largest.file).name, largest.line) == ("held_workloads.py", LINE)
    assert largest.bytes == pytest.approx(40 * MIB, rel=0.06)
    assert largest.function in {"hold", "<listcomp>"}


@both
def test_the_peak_of_a_workload_that_raises_is_kept(meter: str) -> None:
    reading = measure(meter, "fail", 30)
    assert reading.outcome is Outcome.CRASHED
    assert "RuntimeError: 30" in reading.stderr_tail
    assert reading.peak_bytes is not None
    assert reading.peak_bytes >= 30 * MIB


@both
def test_the_heap_peak_repeats(meter: str) -> None:
    if not available_controls().address_randomisation_off:
        pytest.skip("this machine does not let address randomisation be turned off")
    measure(meter, "moment", 5)
    peaks = [measure(meter, "moment", 20).peak_bytes or 0 for _ in range(3)]
    assert max(peaks) - min(peaks) <= 64 * 1024


def test_tracemalloc_knows_the_peak_of_each_phase() -> None:
    peaks = {span.name: span.peak_bytes for span in measure("tracemalloc", "moment", 25).phases}
    assert peaks["full"] >= 25 * MIB
    assert peaks["empty"] < 5 * MIB
    assert peaks["before"] < 5 * MIB


def test_a_flamegraph_is_left_where_there_is_a_place_for_it(tmp_path: Path) -> None:
    reading = measure("memray", "moment", 5, artifacts=tmp_path / "artifacts")
    (name,) = reading.artifacts
    assert "<html" in (tmp_path / name).read_text(encoding="utf-8")
    assert measure("memray", "moment", 5).artifacts == ()


def test_listing_the_meters_loads_no_instrument() -> None:
    code = (
        "import sys; from membench.harness.meters import load_meter, meter_names;"
        "[load_meter(name) for name in meter_names()]; print('memray' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


class Record(NamedTuple):
    size: int
    line: int

    def stack_trace(self, max_stacks: int) -> list[tuple[str, str, int]]:
        return [("f", "a.py", self.line)]


class Capture:
    """Lines of so many bytes each, as a capture would have them."""

    def __init__(self, *sizes: int) -> None:
        self._records = [Record(size, line) for line, size in enumerate(sizes)]

    def get_high_watermark_allocation_records(self, *, merge_threads: bool) -> list[Record]:
        return self._records


@pytest.mark.parametrize(
    ("sizes", "kept"),
    [
        ([4096] * 70 + [4095] * 70, 70),  # one that was left out would seem to have grown from nothing
        ([100] * 70, FEWEST_CALL_SITES),
        ([8192] * 10 + [100] * 70, FEWEST_CALL_SITES),
        ([8192] * 2000, MAX_CALL_SITES),
        ([], 0),
    ],
)
def test_every_line_that_holds_a_page_is_among_the_call_sites(sizes: list[int], kept: int) -> None:
    sites, total = _call_sites(Capture(*sizes))
    assert len(sites) == kept
    assert total == sum(sizes)
    assert [site["bytes"] for site in sites] == sorted(sizes, reverse=True)[:kept]
