"""Chooses the suite that a command works on."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any

import click

from membench.harness.errors import UsageError, unknown_name
from membench.harness.keys import WorkloadKey
from membench.harness.model import Workload
from membench.harness.suites.configuration import PYPROJECT, ROOT_TABLE, Configuration, read_configuration
from membench.harness.suites.passed_variables import passed_variables
from membench.harness.suites.project import ProjectSuite
from membench.harness.suites.selection import select
from membench.harness.suites.suite import Suite
from membench.harness.suites.switched import Switched

LEAGUE = "league"
PROJECT = "project"
SUITES = (LEAGUE, PROJECT)


def choose_suite(name: str | None, *, measures: bool = True, variables: Sequence[str] = ()) -> Suite:
    """Give the suite of a name; without one, the current folder's own workloads, or the built-in league.

    Args:
        name: the suite; None where none was asked for.
        measures: whether its workloads are wanted, and not only what it knows of results that are there.
        variables: names and patterns of variables that are passed on, beside those of the settings.

    Raises:
        UsageError: there is none of that name, or its settings are none; or none was asked for, and the folder is
            inside of a project that has workloads of its own.
    """
    if name not in (None, *SUITES):
        raise unknown_name("suite", name or "", list(SUITES))
    configuration = read_configuration(Path())
    if configuration.workloads and name != LEAGUE:
        return ProjectSuite(_passing(configuration, variables), os.environ)
    if name == PROJECT:
        raise UsageError(
            f"{Path(PYPROJECT).absolute()} has no table [{ROOT_TABLE}.workloads.NAME]. "
            f'Write one with call = "package.module:function" or command = ["program", "argument"].'
        )
    if variables:
        raise UsageError(
            "--pass-env is for the workloads of a project and for asv suites; the league takes no variables."
        )
    if name is None and measures:
        _require_no_project_around(Path.cwd())
    from membench.harness.commands.league.suite import LeagueSuite  # noqa: PLC0415 - the pipelines, only where they are run

    return LeagueSuite(os.environ, configuration.gate)


def _passing(configuration: Configuration, variables: Sequence[str]) -> Configuration:
    return replace(configuration, pass_environment=(*configuration.pass_environment, *variables))


def _require_no_project_around(folder: Path) -> None:
    """Stop where the league would be taken in a project's subfolder: whoever is there means the project.

    Raises:
        UsageError: the nearest pyproject.toml lies in a folder above, and has workloads.
    """
    nearest = next((one for one in (folder, *folder.parents) if (one / PYPROJECT).is_file()), folder)
    if nearest != folder and read_configuration(nearest).workloads:
        raise UsageError(
            f"The workloads are in {nearest / PYPROJECT}, and this is {folder}. Go to the folder of that file, or give "
            f"--suite {LEAGUE} to have the built-in league."
        )


@contextmanager
def open_suite(name: str | None, asv: Path | None, variables: Sequence[str] = ()) -> Iterator[Suite]:
    """Give the suite of a name, or that of a folder of asv's, for the length of a `with`.

    Raises:
        UsageError: there is none, or both are asked for.
    """
    if asv is None:
        yield choose_suite(name, variables=variables)
        return
    if name is not None:
        raise UsageError("--asv takes the workloads of an asv suite, and --suite those of another. Give one of them.")
    from membench.harness.suites.asv import asv_suite  # noqa: PLC0415 - only where there is one

    configuration = _passing(read_configuration(Path()), variables)
    python = str(Path(configuration.python).absolute()) if configuration.python else ""
    with asv_suite(asv, python, passed_variables(configuration.pass_environment, os.environ)) as suite:
        yield suite


def choose_switched(name: str | None, scenario: str | None, fixed: Sequence[str]) -> tuple[Suite, Switched]:
    """Give a suite, and of it the one workload whose switches are told apart.

    Args:
        name: as in `choose_suite`.
        scenario: the workload; None for the league's default, or for the one of a project that has switches.
        fixed: `NAME=VALUE` for parameters of a project's workload.

    Raises:
        UsageError: there is no such suite, workload, parameter or value.
    """
    suite = choose_suite(name)
    values = dict(_assignment(text) for text in fixed)
    if isinstance(suite, ProjectSuite):
        return suite, suite.switched(scenario, values)
    if values:
        raise UsageError(f"--set is for parameters of a project's own workload, and {LEAGUE} has none.")
    from membench.harness.commands.league.suite import LeagueSwitches  # noqa: PLC0415 - as above
    from membench.harness.commands.league.workloads import DEFAULT_SCENARIO, read_settings  # noqa: PLC0415 - as above

    return suite, LeagueSwitches(scenario or DEFAULT_SCENARIO, read_settings(os.environ))


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f"--set takes NAME=VALUE, not {text!r}.")
    return name, value


def require_league(verb: str, name: str | None) -> None:
    """Stop where a command that knows the league alone would pass over a project's own workloads.

    Raises:
        UsageError: the current folder has workloads of its own, and the league was not asked for by name.
    """
    if name != LEAGUE and (name == PROJECT or read_configuration(Path()).workloads):
        raise UsageError(
            f"membench {verb} is about the teams of the built-in league, and cannot take the workloads of "
            f"{PYPROJECT}.\nGive --suite league to have the league, or measure your own with membench run."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which workloads of which suite were asked for."""

    suite_name: str | None = None
    asv: Path | None = None
    expression: str | None = None
    tags: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()

    def suite(self, variables: Sequence[str] = ()) -> AbstractContextManager[Suite]:
        """Give the suite for the length of a `with`; as `open_suite`."""
        return open_suite(self.suite_name, self.asv, variables)

    def workloads(self, suite: Suite) -> list[Workload]:
        """Give the workloads.

        Raises:
            UsageError: a name is unknown, or nothing is selected.
        """
        return select(suite.workloads(self.scenarios, self.variants), self.expression, self.tags)

    @property
    def is_part(self) -> bool:
        """Whether only some of the workloads were asked for."""
        return bool(self.expression is not None or self.tags or self.scenarios or self.variants)

    def names(self, workload: WorkloadKey) -> bool:
        """Tell whether a workload's scenario and variant are those that were named; any are where none was."""
        return (not self.scenarios or workload.scenario in self.scenarios) and (
            not self.variants or workload.variant in self.variants
        )


_SELECTION_OPTIONS = (
    click.option(
        "--suite",
        "suite_name",
        type=click.Choice(SUITES),
        help="Where the workloads come from. Default: project where pyproject.toml here has some, else league.",
    ),
    click.option(
        "--asv",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        metavar="DIR",
        help="Take the peakmem benchmarks of an asv suite: its benchmark_dir, or the folder with asv.conf.json.",
    ),
    click.option(
        "-k",
        "expression",
        metavar="EXPRESSION",
        help="Only workloads whose scenario, variant or tags have these words: 'orders and not slow'.",
    ),
    click.option("--tag", "tags", multiple=True, metavar="T", help="Only workloads with this tag; may be given again."),
    click.option(
        "--scenario",
        "scenarios",
        multiple=True,
        metavar="S",
        help="Scenario or workload; may be given again. Default: all of pyproject.toml, or league.",
    ),
    click.option(
        "--variant",
        "variants",
        multiple=True,
        metavar="V",
        help="Variant; may be given again. Default: all combinations, or those of membench list variants.",
    ),
)


def selection_options(command: Callable[..., int]) -> Callable[..., int]:
    """Ask for a suite and for some of its workloads; the command gets a `Selection` as `selection`."""

    @wraps(command)
    def selecting(
        *,
        suite_name: str | None,
        asv: Path | None,
        expression: str | None,
        tags: tuple[str, ...],
        scenarios: tuple[str, ...],
        variants: tuple[str, ...],
        **others: Any,
    ) -> int:
        selection = Selection(
            suite_name=suite_name,
            asv=asv,
            expression=expression,
            tags=tags,
            scenarios=scenarios,
            variants=variants,
        )
        return command(selection=selection, **others)

    for option in reversed(_SELECTION_OPTIONS):
        selecting = option(selecting)
    return selecting
