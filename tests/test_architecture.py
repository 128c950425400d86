"""The rules that hold for the tree as a whole, checked by the tools that know them."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("harness", "pipelines", "scenarios", "reports")
MOST_LINES_OF_MODULE = 300
MOST_LINES_OF_CLASS = 150


def too_long(folder: Path) -> Iterator[str]:
    """Name each module and class below a folder that has more lines than it may; decorators count."""
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        if lines > MOST_LINES_OF_MODULE:
            yield f"{path}: {lines} lines"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                first = min((node.lineno, *(decorator.lineno for decorator in node.decorator_list)))
                lines = (node.end_lineno or first) - first + 1
                if lines > MOST_LINES_OF_CLASS:
                    yield f"{path}, class {node.name}: {lines} lines"


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
    for folder in ("src", *FOLDERS):
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


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_module_and_no_class_is_too_long_to_read_at_once(folder: str) -> None:
    assert list((ROOT / folder).rglob("*.py"))
    assert list(too_long(ROOT / folder)) == []


def test_a_module_and_a_class_are_found_at_one_line_more_than_they_may_have(tmp_path: Path) -> None:
    body = "    x = 1\n"
    decorated = "@decorated\nclass Long:\n"
    (tmp_path / "just.py").write_text("x = 1\n" * MOST_LINES_OF_MODULE)
    (tmp_path / "more.py").write_text("x = 1\n" * (MOST_LINES_OF_MODULE + 1))
    (tmp_path / "class_just.py").write_text(decorated + body * (MOST_LINES_OF_CLASS - 2))
    (tmp_path / "class_more.py").write_text(decorated + body * (MOST_LINES_OF_CLASS - 1))
    assert list(too_long(tmp_path)) == [
        f"{tmp_path / 'class_more.py'}, class Long: 151 lines",
        f"{tmp_path / 'more.py'}: 301 lines",
    ]
