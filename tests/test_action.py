"""The GitHub Action and the CI templates: what their scripts do, run as the runner would."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = """
[tool.membench.workloads.import-orders]
call = "shop:import_orders"
"""
SHOP = "def import_orders() -> None:\n    held = bytearray({size})\n    assert held\n"
MIB = 1024 * 1024


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository of a shop whose last commit takes 2 MiB more than the one before."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PROJECT)
    git(folder, "init", "-q")
    for size in (4 * MIB, 6 * MIB):
        (folder / "shop.py").write_text(SHOP.format(size=size))
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", f"{size} bytes")
    return folder


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=shop", "-c", "user.email=shop@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def step(name: str) -> dict[str, Any]:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    found: dict[str, Any] = next(step for step in action["runs"]["steps"] if step["name"] == name)
    return found


def run_gate(project: Path, temporary: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the script of the step as bash does on a runner, membench standing where the step before installs it."""
    programs = temporary / "membench" / "bin"
    programs.mkdir(parents=True)
    for name, line in (("python", '"$@"'), ("membench", '-m membench "$@"')):
        (programs / name).write_text(f"#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} {line}\n")
        (programs / name).chmod(0o755)
    given = {"AGAINST": "HEAD^1", "BASELINE": "", "ARGUMENTS": "", "OUT": "membench-gate"} | inputs
    environment = {
        "PATH": os.environ["PATH"],
        "RUNNER_TEMP": str(temporary),
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(temporary / "output"),
        "GITHUB_STEP_SUMMARY": str(temporary / "summary"),
        **{f"MEMBENCH_{name}": value for name, value in given.items()},
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step("Gate")["run"]],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_rise_ends_the_step_with_1_and_is_in_the_summary_and_at_its_line(project: Path, tmp_path: Path) -> None:
    done = run_gate(project, tmp_path)
    assert done.returncode == 1, done.stderr
    assert (tmp_path / "output").read_text() == "verdict=regression\n"
    assert "Peak memory gate: regression" in (tmp_path / "summary").read_text()
    assert "::error file=shop.py,line=2,title=Peak memory" in done.stderr
    assert (project / "membench-gate" / "gate.xml").is_file()


def test_arguments_are_split_as_a_shell_would_and_nothing_in_them_is_run(project: Path, tmp_path: Path) -> None:
    done = run_gate(project, tmp_path, ARGUMENTS="--absolute '3 MiB' --removed '$(touch ran)'")
    assert done.returncode == 0, done.stderr
    assert not (project / "ran").exists()
    assert (tmp_path / "output").read_text() == "verdict=pass\n"


def test_no_input_is_pasted_into_a_script() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    for one in action["runs"]["steps"]:
        assert "${{" not in one["run"]


@pytest.mark.parametrize("name", ["github-workflow.yml", "gitlab-ci.yml"])
def test_the_templates_can_be_read_and_use_no_secret(name: str) -> None:
    text = (ROOT / "examples" / name).read_text()
    assert yaml.safe_load(text)
    for word in ("secrets.", "GITHUB_TOKEN", "CI_JOB_TOKEN"):
        assert word not in text
