"""The commands of docs/pytest.md, on the files of docs/pytest.md."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "pytest.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for kind, text in _BLOCK.findall(PAGE.read_text(encoding="utf-8")) if kind == language]


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    # No other plugin of this environment: each would be loaded in every isolated test again.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")} | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_PLUGINS": ",".join(
            ["membench.harness.pytest_plugin", *(["xdist.plugin"] if " -n " in command else [])]
        ),
    }
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.slow
def test_every_command_of_the_page_works_and_a_lower_budget_fails_as_it_shows(tmp_path: Path) -> None:
    for text in blocks("python"):
        (tmp_path / text.partition("\n")[0].removeprefix("# ")).write_text(text)
    commands = [line for text in blocks("sh") for line in text.splitlines()]
    assert len(commands) > 5
    for command in commands:
        done = run(tmp_path, command)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    tests = tmp_path / "test_orders.py"
    tests.write_text(tests.read_text().replace('"64 MiB", growth', '"16 MiB", growth'))
    done = run(tmp_path, "pytest")
    assert done.returncode == 1
    shown = blocks("text")[0].splitlines()
    pattern = r"memory: the test's own peak of \S+ MiB \(peak_rss\) is over its budget of 16.00 MiB by \S+ MiB"
    assert re.fullmatch(pattern, shown[0])
    assert re.search(f"^{pattern}$", done.stdout, re.MULTILINE)
    # Which line of orders.py or json is the largest is a matter of the interpreter's version.
    site = r" +\d+\.\d\d MiB  (orders|json/\w+)\.py:\d+  \w+"
    assert all(re.fullmatch(site, line) for line in shown[3:])
    assert re.search(f"^{site}$", done.stdout, re.MULTILINE)
