"""What a figure leaves out is said where it is much: the kernel's own memory, and pools of huge pages."""

import mmap
import os
import sys
from pathlib import Path

import pytest
from delegated_cgroups import needs_cgroups

from membench.harness.kernel.controls import available_controls, usable_cpus
from membench.harness.kernel.process_tree import ProportionalSource
from membench.harness.model import Outcome, Reading, Trial, Workload
from membench.harness.trial.isolation import Isolation

MIB = 1024 * 1024
FILLED_PIPES = """
import fcntl, os, time
ends = [os.pipe() for _ in range(40)]
for _, end in ends:
    fcntl.fcntl(end, 1031, 1 << 20)  # F_SETPIPE_SZ
    os.set_blocking(end, False)
    try:
        while True:
            os.write(end, b"x" * 65536)
    except BlockingIOError:
        pass
time.sleep(0.1)
"""
POOLED = (
    "import mmap, time\nheld = mmap.mmap(-1, 8 << 20, flags=0x40022)\nheld[0] = 1  # one page of it\ntime.sleep(0.2)"
)
POOL = Path("/proc/sys/vm/nr_hugepages")


def measure(code: str, meter: str = "peak_rss", memory_limit_bytes: int | None = None) -> Reading:
    workload = Workload(
        scenario="left out",
        variant="v",
        target="",
        parameters={},
        import_paths=(),
        adapter="command",
        arguments=(sys.executable, "-S", "-c", code),
    )
    isolation = Isolation(controls=available_controls(), time_limit_seconds=60, memory_limit_bytes=memory_limit_bytes)
    return isolation.run(Trial(workload=workload, meter=meter, repeat=0), usable_cpus()[0])


def said(reading: Reading) -> str:
    assert reading.outcome is Outcome.OK, reading.stderr_tail
    return "; ".join(reading.command.caveats if reading.command else ())


@needs_cgroups
def test_full_pipes_are_the_kernels_memory_and_said_where_a_limit_counts_them() -> None:
    assert "pipes, sockets" in said(measure(FILLED_PIPES, memory_limit_bytes=256 * MIB))
    assert "pipes, sockets" in said(measure(FILLED_PIPES, meter="peak_tree"))
    assert "pipes, sockets" not in said(measure("pass", memory_limit_bytes=256 * MIB))


@pytest.mark.skipif(not os.access(POOL, os.W_OK), reason="only root can make a pool of huge pages")
def test_a_pool_of_huge_pages_is_in_no_figure_and_said() -> None:
    before = POOL.read_text()
    POOL.write_text(str(int(before) + 8))
    try:
        try:
            mmap.mmap(-1, 8 * MIB, flags=0x40022).close()
        except OSError:
            pytest.skip("there is no room for huge pages here")
        reading = measure(POOLED)
    finally:
        POOL.write_text(before)
    assert "2.00 MiB of a pool of huge pages" in said(reading)


def test_without_a_cgroup_files_in_memory_that_nobody_has_mapped_are_said_to_be_left_out() -> None:
    assert "memfd" in ProportionalSource(lambda: ()).contents
