"""How much a limit holds up what runs under it."""

import subprocess
import sys
from pathlib import Path

import pytest

from membench.harness.kernel import cgroups
from membench.harness.kernel.launcher import held, let_go, wait_until_held
from membench.harness.kernel.pressure import observed, pressure_of
from membench.harness.units import MIB

WRITES = """
import os, tempfile
held = bytearray(b"x") * (8 << 20)
with tempfile.TemporaryFile() as file:
    for _ in range(40):
        file.write(bytes(1 << 20))
    os.fsync(file.fileno())
    for _ in range(3):
        file.seek(0)
        while file.read(1 << 20):
            pass
"""


def test_version_2_tells_all_in_one_group(tmp_path: Path) -> None:
    (tmp_path / "memory.pressure").write_text(
        "some avg10=0.00 total=1500000\nfull avg10=0.00 total=9\n", encoding="ascii"
    )
    (tmp_path / "memory.stat").write_text(
        "anon 5\npgmajfault 7\nworkingset_refault_anon 1\nworkingset_refault_file 30\n", encoding="ascii"
    )
    (tmp_path / "memory.events").write_text("low 0\nmax 12\noom_kill 0\n", encoding="ascii")
    found = pressure_of(tmp_path, None)
    assert found[:4] == (1.5, 12, 7, 31)
    assert found.read_from == "its memory.pressure, memory.events, memory.stat"


def test_version_1_has_what_a_group_beside_it_tells(tmp_path: Path) -> None:
    own, beside = tmp_path / "own", tmp_path / "beside"
    own.mkdir()
    beside.mkdir()
    (own / "memory.stat").write_text(
        "pgmajfault 1\ntotal_pgmajfault 2\ntotal_workingset_refault_file 3\n", encoding="ascii"
    )
    (own / "memory.failcnt").write_text("0\n", encoding="ascii")
    (own / "memory.memsw.failcnt").write_text("9\n", encoding="ascii")
    assert pressure_of(own, None)[:4] == (None, 9, 2, 3)
    (beside / "memory.pressure").write_text("some avg10=0.00 total=250000\n", encoding="ascii")
    found = pressure_of(own, beside)
    assert found.stalled_seconds == 0.25
    assert str(tmp_path) in found.read_from


def test_a_program_that_must_read_its_file_again_is_seen_to_wait() -> None:
    try:
        with cgroups.group():
            pass
    except cgroups.CgroupUnavailableError as error:
        pytest.skip(str(error))
    with observed() as found, cgroups.group(20 * MIB) as group:
        process = subprocess.Popen(held([sys.executable, "-S", "-c", WRITES]))
        wait_until_held(process.pid)
        group.add(process.pid)
        let_go(process.pid)
        assert process.wait(60) == 0
    assert found[0].limit_hits
    assert found[0].refaults
    if found[0].stalled_seconds is None:
        pytest.skip(f"this machine has no pressure stall information: {found[0].read_from}")
    assert found[0].stalled_seconds > 0
