"""Variables that somebody has named pass through the scrubbed environment, and no others."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from command_line import membench

from membench.harness.errors import UsageError
from membench.harness.suites.configuration import read_configuration
from membench.harness.suites.passed_variables import LONGEST_VALUE, passed_variables
from membench.harness.suites.project import ProjectSuite

ENVIRON = {"SUITE_SLOW": "1", "SUITE_MIB": "50", "PYTHONHASHSEED": "random", "TOKEN": "secret"}
STEERED = """
import os

def peakmem_fill():
    return bytearray(b"1") * (int(os.environ["SUITE_MIB"]) << 20)
"""


def test_names_and_patterns_are_passed_and_a_pattern_leaves_the_controls_alone() -> None:
    assert passed_variables([], ENVIRON) == {}
    assert passed_variables(["SUITE_*"], ENVIRON) == {"SUITE_MIB": "50", "SUITE_SLOW": "1"}
    assert "PYTHONHASHSEED" not in passed_variables(["PYTHON*", "[A-Z]*"], ENVIRON)
    assert passed_variables(["PYTHONHASHSEED"], ENVIRON) == {"PYTHONHASHSEED": "random"}
    assert passed_variables(["NOT_SET"], ENVIRON) == {}


@pytest.mark.parametrize("pattern", ["", "*", "A=B", "\n"])
def test_what_names_no_variable_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="names no variable"):
        passed_variables([pattern], ENVIRON)


def test_a_value_too_long_to_be_kept_is_refused() -> None:
    with pytest.raises(UsageError, match="at most"):
        passed_variables(["BIG"], {"BIG": "x" * (LONGEST_VALUE + 1)})


def test_calls_and_commands_of_a_project_get_them_unless_they_set_their_own(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("""
[tool.membench]
pass_environment = ["SUITE_*"]
[tool.membench.workloads.call]
call = "os:getcwd"
environment = { SUITE_MIB = "7" }
[tool.membench.workloads.command]
command = ["true"]
""")
    suite = ProjectSuite(read_configuration(tmp_path), {**ENVIRON, "PATH": os.environ["PATH"]})
    call, command = suite.workloads([], [])
    assert call.environment == {"SUITE_SLOW": "1", "SUITE_MIB": "7"}
    assert command.environment == {"SUITE_SLOW": "1", "SUITE_MIB": "50", "PATH": os.environ["PATH"]}
    assert suite.settings == {"SUITE_MIB": "50", "SUITE_SLOW": "1"}


def test_an_asv_suite_is_steered_by_them_and_they_change_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "__init__.py").touch()
    (tmp_path / "bench" / "sizes.py").write_text(STEERED)

    def run(mib: str) -> Any:
        text = ("--asv", "bench", "--pass-env", "SUITE_*", "--repeats", "1", "--format", "json")
        done = membench("run", *text, cwd=tmp_path, SUITE_MIB=mib)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    small, large = run("20"), run("50")
    [sample] = large["samples"]
    assert 50 << 20 < sample["median_bytes"] < 70 << 20
    assert large["environment"]["settings"] == {"SUITE_MIB": "50"}
    assert small["environment"]["fingerprint"] != large["environment"]["fingerprint"]


def test_the_league_takes_none() -> None:
    done = membench("run", "--suite", "league", "--pass-env", "SUITE_*")
    assert done.returncode == 2
    assert "--pass-env" in done.stderr
