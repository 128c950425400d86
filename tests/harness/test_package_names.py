"""Packages of the same name, ours and a user's, each found where it is meant, in an interpreter of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def found(code: str, *search_path: Path) -> str:
    """Run code with a search path, and give what it prints."""
    start = f"import sys; sys.path[:0] = {[str(path) for path in search_path]!r}\n"
    load = (
        "from importlib.util import module_from_spec, spec_from_file_location\n"
        f"spec = spec_from_file_location('names', {str(ROOT / 'harness' / 'package_names.py')!r})\n"
        "names = module_from_spec(spec); spec.loader.exec_module(names)\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", start + load + code], capture_output=True, text=True, check=True, cwd="/"
    )
    return done.stdout.strip()


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    for name in ("harness", "pipelines", "scenarios", "reports"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "own.py").touch()
    return tmp_path


@pytest.mark.parametrize("name", ["pipelines", "scenarios", "reports"])
def test_ours_are_meant_also_where_theirs_come_first_on_the_search_path(theirs: Path, name: str) -> None:
    (theirs / name / "__init__.py").touch()
    assert found(f"names.mean_ours(); import {name}; print({name}.__file__)", theirs) == str(
        ROOT / name / "__init__.py"
    )


@pytest.mark.parametrize("name", ["harness", "pipelines", "scenarios", "reports"])
@pytest.mark.parametrize("regular", [True, False], ids=["regular", "namespace"])
def test_theirs_are_meant_also_where_ours_are_installed(theirs: Path, name: str, regular: bool) -> None:
    if regular:
        (theirs / name / "__init__.py").touch()
    code = f"names.mean_theirs([]); import {name}.own as own; print(own.__file__)"
    assert found(code, ROOT, theirs) == str(theirs / name / "own.py")


def test_a_folder_that_a_workload_names_is_searched_before_all_others(theirs: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "reports").mkdir(parents=True)
    (other / "reports" / "own.py").touch()
    code = f"names.mean_theirs([{str(other)!r}]); import reports.own as own; print(own.__file__)"
    assert found(code, ROOT, theirs) == str(other / "reports" / "own.py")


def test_theirs_are_found_by_the_finder_of_an_editable_installation(tmp_path: Path) -> None:
    (tmp_path / "own.py").touch()
    code = f"""
from importlib.util import spec_from_file_location
class Editable:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "reports":
            return spec_from_file_location(name, {str(tmp_path / "own.py")!r})
sys.meta_path.append(Editable)
names.mean_theirs([])
import reports
print(reports.__file__)
"""
    assert found(code, ROOT) == str(tmp_path / "own.py")


def test_ours_are_found_where_there_are_no_others() -> None:
    assert found("names.mean_theirs([]); import pipelines; print(pipelines.__file__)", ROOT) == str(
        ROOT / "pipelines" / "__init__.py"
    )
