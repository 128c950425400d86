"""The workloads of a project's pyproject.toml."""

import os
import sys
from pathlib import Path

import pytest

from membench.harness.errors import UsageError
from membench.harness.suites.configuration import read_configuration
from membench.harness.suites.project import ProjectSuite

WHOLE = """
[tool.membench.workloads.import-orders]
call = "shop.jobs:run"
setup = "shop.jobs:prepare"
params = { orders = [1000, 10000], dry = [true] }
budget = "1 MiB"
timeout = 5
tags = ["nightly"]
environment = { SHOP = "test" }

[tool.membench.workloads.scrape]
command = ["sh", "-c", "exit {status}; ${PATH} {other}"]
params = { status = [0, 1] }
environment = { SHOP = "test" }
"""


def suite_of(folder: Path, text: str = WHOLE) -> ProjectSuite:
    (folder / "pyproject.toml").write_text(text)
    return ProjectSuite(read_configuration(folder), {"PATH": os.environ["PATH"], "HOME": "/home/me", "SECRET": "1"})


def test_a_call_is_a_function_in_each_combination_of_its_parameters(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    first, second = suite_of(tmp_path).workloads(["import-orders"], [])
    assert (first.scenario, first.variant, second.variant) == (
        "import-orders",
        "orders=1000,dry=true",
        "orders=10000,dry=true",
    )
    assert (first.adapter, first.target, first.setup) == ("function", "shop.jobs:run", "shop.jobs:prepare")
    assert first.parameters == {"orders": 1000, "dry": True}
    assert (first.budget_bytes, first.time_limit_seconds, first.tags) == (1024**2, 5.0, ("nightly",))
    assert first.environment == {"SHOP": "test"}
    assert (first.folder, first.import_paths) == (str(tmp_path), (str(tmp_path), str(tmp_path / "src")))
    assert first.interpreter == ""


def test_a_command_has_its_values_filled_in_and_the_callers_path_and_home(tmp_path: Path) -> None:
    [scrape] = suite_of(tmp_path).workloads(["scrape"], ["status=1"])
    assert scrape.adapter == "command"
    assert Path(scrape.arguments[0]).is_absolute()
    assert scrape.arguments[1:] == ("-c", "exit 1; ${PATH} {other}")
    assert scrape.environment == {"PATH": os.environ["PATH"], "HOME": "/home/me", "SHOP": "test"}
    assert scrape.folder == str(tmp_path)


@pytest.mark.parametrize(
    ("scenarios", "variants", "said"),
    [
        (["nosuch"], [], "No workload named 'nosuch'. Known: import-orders, scrape"),
        (["scrape"], ["orders=1000,dry=true"], "No variant named .* Known: status=0, status=1"),
    ],
)
def test_an_unknown_name_is_an_error_that_lists_the_known_ones(
    tmp_path: Path, scenarios: list[str], variants: list[str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        suite_of(tmp_path).workloads(scenarios, variants)


def prepare(folder: Path, text: str) -> None:
    suite = suite_of(folder, f"[tool.membench.workloads.w]\n{text}")
    suite.prepare(suite.workloads([], []))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('call = "jbos:run"', r"\[tool.membench.workloads.w\], call: 'jbos:run' cannot be called: there is no module"),
        ('call = "jobs:run"\nsetup = "jobs:prepared"', r"w\], setup: .* has no 'prepared', but prepare"),
        ('call = "jobs:run"\nparams = { n = 1 }', r"w\], call: .* takes \(\) and would get \(n\)"),
        ('command = "nosuchprogram"', r"w\], command: no program 'nosuchprogram': there is none of that name on PATH"),
        ('command = "./jobs.py"', r"w\], command: no program .*jobs.py': it is not there, or not one that can be run"),
        (
            'call = "jobs:run"\n[tool.membench]\npython = "venv/bin/python"',
            "python: there is no interpreter .*venv/bin",
        ),
    ],
)
def test_what_cannot_be_run_is_found_out_before_anything_is_measured(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "jobs.py").write_text("def run(): pass\ndef prepare(): pass\n")
    with pytest.raises(UsageError, match=said) as caught:
        prepare(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_what_can_be_run_is_imported_with_its_own_variables_and_not_here(tmp_path: Path) -> None:
    (tmp_path / "jobs.py").write_text("import os\nassert os.environ['SHOP'] == 'test'\ndef run(): pass\n")
    prepare(tmp_path, 'call = "jobs:run"\nenvironment = { SHOP = "test" }')
    assert "jobs" not in sys.modules


def test_the_projects_own_python_is_used_under_the_name_that_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(sys.executable)
    (tmp_path / "jobs.py").write_text(
        f"import sys\nassert sys.executable == {str(tmp_path / 'python')!r}, sys.executable\ndef run(): pass\n"
    )
    suite = suite_of(tmp_path, '[tool.membench]\npython = "python"\n[tool.membench.workloads.w]\ncall = "jobs:run"')
    [workload] = suite.prepare(suite.workloads([], []))
    assert workload.interpreter == str(tmp_path / "python")


def test_a_checkout_gives_the_same_workloads_with_its_own_code(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there / "bin"):
        folder.mkdir(parents=True)
    (there / "bin" / "python").symlink_to(sys.executable)
    suite = suite_of(here, WHOLE + '[tool.membench.gate]\npython = "bin/python"\n')
    workloads = suite.workloads([], [])
    moved = suite.at(workloads, there, tmp_path)
    assert [(one.scenario, one.variant) for one in moved] == [(one.scenario, one.variant) for one in workloads]
    assert {one.folder for one in moved} == {str(there)}
    assert moved[0].import_paths == (str(there),)
    assert moved[0].interpreter == str(there / "bin" / "python")
    assert moved[-1].arguments == workloads[-1].arguments
    with pytest.raises(UsageError, match="there is no interpreter"):
        suite.at(workloads, here, tmp_path)


def test_a_checkout_tells_what_it_defines_and_a_broken_one_defines_nothing(tmp_path: Path) -> None:
    suite = suite_of(tmp_path)
    assert suite.defined_in(tmp_path) == {
        ("import-orders", "orders=1000,dry=true"),
        ("import-orders", "orders=10000,dry=true"),
        ("scrape", "status=0"),
        ("scrape", "status=1"),
    }
    (tmp_path / "pyproject.toml").write_text("[tool.membench]\nworkload = 1")
    assert suite.defined_in(tmp_path) == set()
