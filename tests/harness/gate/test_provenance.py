"""A side that would run other code than its checkout's is found, and what is no project's is let be."""

import sys
from pathlib import Path

import pytest

from membench.harness.gate.measuring import Version
from membench.harness.gate.provenance import find_misplaced
from membench.harness.keys import Side, WorkloadKey
from membench.harness.model import Workload
from membench.harness.trial.adapters import FUNCTION

# As an editable install of meson-python or scikit-build-core does: before all that the search path has.
HOOK = """
import sys
from importlib.machinery import PathFinder

class Hook:
    def find_spec(name, path=None, target=None):
        return PathFinder.find_spec(name, [{folder!r}]) if name == "shopcore" else None

sys.meta_path.insert(0, Hook)
"""


@pytest.fixture
def sides(tmp_path: Path) -> dict[Side, Path]:
    found = {side: tmp_path / side for side in Side}
    for folder in found.values():
        (folder / "shopcore").mkdir(parents=True)
        (folder / "shopcore" / "__init__.py").touch()
        (folder / "shopcore" / "jobs.py").write_text("def load(): pass\n")
    return found


def misplaced(
    sides: dict[Side, Path], target: str = "shopcore.jobs:load", **environment: str
) -> dict[WorkloadKey, str]:
    versions = [
        Version(
            side=side,
            workloads=[
                Workload(
                    scenario="load",
                    variant="default",
                    target=target,
                    parameters={},
                    import_paths=(str(folder),),
                    adapter=FUNCTION,
                    environment=environment,
                    side=side,
                )
            ],
            roots=(str(folder),),
        )
        for side, folder in sides.items()
    ]
    return find_misplaced(versions, sides[Side.HEAD])


def test_each_side_that_imports_its_own_checkout_is_let_be(sides: dict[Side, Path]) -> None:
    assert misplaced(sides) == {}


def test_an_import_hook_that_leads_both_sides_to_the_head_is_found_and_what_to_set_is_said(
    sides: dict[Side, Path], tmp_path: Path
) -> None:
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "sitecustomize.py").write_text(HOOK.format(folder=str(sides[Side.HEAD])))
    (reason,) = misplaced(sides, PYTHONPATH=str(tmp_path / "hooks")).values()
    assert reason.startswith(f"the base takes shopcore.jobs from {sides[Side.HEAD]}/shopcore/jobs.py and not from its")
    assert "install and python in [tool.membench.gate]" in reason


def test_a_copy_that_is_installed_elsewhere_is_found_where_the_checkout_has_that_package_too(
    sides: dict[Side, Path], tmp_path: Path
) -> None:
    installed = tmp_path / "lib" / "site-packages"
    (installed / "shopcore").mkdir(parents=True)
    (installed / "shopcore" / "__init__.py").touch()
    (installed / "shopcore" / "jobs.py").write_text("def load(): pass\n")
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "sitecustomize.py").write_text(HOOK.format(folder=str(installed)))
    (reason,) = misplaced(sides, PYTHONPATH=str(tmp_path / "hooks")).values()
    assert str(installed / "shopcore" / "jobs.py") in reason


@pytest.mark.parametrize("target", ["json:dumps", "time:sleep", "shopcore.missing:load"])
def test_a_library_a_built_in_module_and_one_that_is_not_there_are_left_to_their_trials(
    sides: dict[Side, Path], target: str
) -> None:
    assert sys.modules["json"].__file__ is not None
    assert misplaced(sides, target) == {}
