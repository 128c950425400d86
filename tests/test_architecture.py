"""The rules that hold for the tree as a whole, checked by the tools that know them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "importlinter.cli", "lint-imports"],
        ["-m", "ruff", "check", "--no-cache", "."],
        ["-m", "ruff", "format", "--check", "--no-cache", "."],
        pytest.param(["-m", "mypy"], marks=pytest.mark.slow),
    ],
    ids=["imports", "lint", "format", "types"],
)
def test_the_tree_keeps_its_rules(command: list[str]) -> None:
    if command[1] == "importlinter.cli":
        command = ["-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pipelines_and_scenarios_import_the_standard_library_only() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "import membench.pipelines.process, membench.scenarios.synthetic.workload;"
        "print(sorted({name.split('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", code, str(ROOT / "src")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['__main__', 'membench']"


def test_a_new_room_without_a_floor_fails_the_build(tmp_path: Path) -> None:
    folders = ("src", "harness", "pipelines", "scenarios", "reports")
    for folder in folders:
        shutil.copytree(ROOT / folder, tmp_path / folder, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "harness" / "newroom.py").touch()
    code = "from importlinter.cli import lint_imports_command as c; c()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, "--no-cache"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "newroom" in done.stdout


def test_the_package_puts_one_name_on_the_search_path() -> None:
    code = (
        "import membench, sys; print([n for n in ('harness', 'pipelines', 'scenarios', 'reports') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout == "[]\n"
