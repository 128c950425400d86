"""The rules that hold for the tree as a whole, checked by the tools that know them."""

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
        ["-m", "mypy"],
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
        "import pipelines.process, scenarios.synthetic.workload;"
        "print(sorted({name.split('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", code, str(ROOT)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['__main__', 'pipelines', 'scenarios']"
