"""Which suite a command works on."""

from pathlib import Path

import pytest

from membench.harness.commands.suite_choice import choose_suite, open_suite, require_league
from membench.harness.errors import UsageError

PROJECT = '[tool.membench.workloads.w]\ncall = "m:f"\n[tool.membench.gate]\nrepeats = 7\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "name", "chosen"),
    [
        ("", None, "league"),
        ("", "league", "league"),
        (PROJECT, None, "project"),
        (PROJECT, "project", "project"),
        (PROJECT, "league", "league"),
    ],
)
def test_a_folders_own_workloads_come_before_the_league_unless_it_is_named(
    here: Path, text: str, name: str | None, chosen: str
) -> None:
    (here / "pyproject.toml").write_text(text)
    suite = choose_suite(name)
    assert suite.name == chosen
    assert suite.gate.repeats == (7 if text else 3)


def test_a_project_without_workloads_is_an_error_where_it_is_asked_for(here: Path) -> None:
    with pytest.raises(UsageError, match=r"has no table \[tool.membench.workloads.NAME\]"):
        choose_suite("project")


def test_the_league_is_not_taken_by_mistake_in_a_subfolder_of_a_project(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "pyproject.toml").write_text(PROJECT)
    inner = here / "src" / "shop"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    with pytest.raises(UsageError, match=r"The workloads are in .*pyproject.toml, and this is .*shop\. Go to"):
        choose_suite(None)
    assert choose_suite("league").name == "league"
    assert choose_suite(None, measures=False).name == "league"
    (here / "src" / "pyproject.toml").write_text("")  # another project, that has none
    assert choose_suite(None).name == "league"


def test_an_unknown_suite_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="Known: league, project"):
        choose_suite("legaue")


def test_a_verb_of_the_league_says_so_where_there_are_other_workloads(here: Path) -> None:
    require_league("scale", None)
    (here / "pyproject.toml").write_text(PROJECT)
    require_league("scale", "league")
    with pytest.raises(UsageError, match="membench scale is about the teams of the built-in league"):
        require_league("scale", None)


def test_an_asv_suite_and_another_one_are_not_asked_for_together(here: Path) -> None:
    with pytest.raises(UsageError, match="Give one of them"), open_suite("league", here):
        pass
