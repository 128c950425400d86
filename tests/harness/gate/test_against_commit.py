"""Judging the working folder by a commit."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from git_repositories import commit, repository

from membench.harness.commands.suite_choice import choose_suite
from membench.harness.errors import UsageError
from membench.harness.gate.against_commit import _require_above, _undefined
from membench.harness.gate.checkout import find_commit
from membench.harness.gate.request import GateRequest
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.units import parse_size

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with the scenarios."""
    made = repository(tmp_path / "project")
    shutil.copytree(ROOT / "scenarios", made / "scenarios", ignore=shutil.ignore_patterns("__pycache__"))
    commit(made, "the scenarios")
    return made


def test_a_scenario_that_the_head_lacks_is_missing(monkeypatch: pytest.MonkeyPatch, project: Path) -> None:
    (project / "scenarios" / "old.py").write_text("")
    (project / "scenarios" / "kept.py").write_text("")
    commit(project, "a scenario")
    base = project.parent / "base"
    shutil.copytree(project, base)
    (project / "scenarios" / "old.py").unlink()
    monkeypatch.chdir(project)
    suite = choose_suite("league")
    here = find_commit(project, "HEAD")

    def rows(*removed: str) -> list[tuple[str, str]]:
        request = asked_for(removed=removed)
        defined = suite.defined_in(base)
        return [(row.scenario, row.verdict) for row in _undefined(suite, [], defined, here, request)]

    assert set(rows()) == {("old", "missing")}
    assert rows("old") == []


def asked_for(**changes: Any) -> GateRequest:
    values: dict[str, Any] = {
        "thresholds": Thresholds(),
        "removed": (),
        "allow_environment_change": False,
        "meters": ("peak_rss",),
        "repeats": 1,
        "most_repeats": 1,
        "jobs": 1,
        "timeout": 60.0,
        "selected": False,
        "names": lambda _: True,
        "at_merge_base": True,
    }
    return GateRequest(**(values | changes))


def test_the_floor_that_is_advised_is_never_below_itself() -> None:
    for floor in (4096, 5001, 1_228_800, 1_236_992, 3_000_001):
        with pytest.raises(UsageError) as caught:
            _require_above(floor, Thresholds(absolute_bytes=1))
        advised = str(caught.value).rpartition("Give --absolute '")[2].partition("'")[0]
        _require_above(floor, Thresholds(absolute_bytes=parse_size(advised)))
