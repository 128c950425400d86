"""`membench size`, on workloads that are really run."""

import json
import sys
from pathlib import Path

import pytest
import yaml
from command_line import membench

from membench.harness.kernel import cgroups
from membench.harness.units import MIB

HOLDS = "held = bytearray(b'x') * (24 << 20)"
PROJECT = """
[tool.membench.workloads.holds]
command = ["{python}", "-S", "-c", "import sys; held = bytearray(b'x') * (int(sys.argv[1]) << 20)", "{{mib}}"]
params = {{ mib = [8, 16, 24, 32] }}
"""


@pytest.fixture(autouse=True)
def _needs_a_group() -> None:
    try:
        with cgroups.group():
            pass
    except cgroups.CgroupUnavailableError as error:
        pytest.skip(str(error))


@pytest.mark.slow
def test_a_command_is_sized_between_its_floor_and_its_peak(tmp_path: Path) -> None:
    done = membench("size", "--format", "json", "--repeats", "1", "--", sys.executable, "-S", "-c", HOLDS, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert 24 * MIB <= document["floor_bytes"] <= document["request_bytes"] < document["limit_bytes"] <= 48 * MIB
    assert document["pressure"][0]["limit_bytes"] >= document["floor_bytes"]
    assert yaml.safe_load(document["forms"]["kubernetes"])["kind"] == "Pod"


def test_what_is_no_workload_and_no_program_is_refused(tmp_path: Path) -> None:
    done = membench("size", "no-such-workload", cwd=tmp_path)
    assert done.returncode == 2
    assert "no-such-workload" in done.stderr
    done = membench("size", "--", "./no-such-program", "--help", cwd=tmp_path)
    assert done.returncode == 2
    assert "is no program that can be started" in done.stderr


def test_what_does_not_finish_without_a_limit_has_no_size(tmp_path: Path) -> None:
    done = membench("size", "--", sys.executable, "-S", "-c", "raise SystemExit(7)", cwd=tmp_path)
    assert done.returncode == 3
    assert "does not finish without a limit either" in done.stderr


def test_other_inputs_need_a_formula(tmp_path: Path) -> None:
    done = membench("size", "--sizes", "10,20", "--", sys.executable, "-c", "", cwd=tmp_path)
    assert done.returncode == 2
    assert "--sizes is for the league" in done.stderr
