"""The suite of a folder's own pyproject.toml: the workloads of `[tool.membench.workloads]`."""

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from membench.harness.attribution.shapley import Combination
from membench.harness.errors import UsageError, unknown_name
from membench.harness.keys import Scalar, Switch, WorkloadKey, value_text
from membench.harness.model import Results, Workload
from membench.harness.suites.configuration import (
    Configuration,
    GateSettings,
    WorkloadSettings,
    read_configuration,
    variant_name,
)
from membench.harness.suites.passed_variables import passed_variables
from membench.harness.suites.probes import Place, run_probe
from membench.harness.suites.story import PlainStory, Story
from membench.harness.suites.switched import SwitchedStory
from membench.harness.trial.adapters import COMMAND, FUNCTION

MakeVariant = Callable[[str, Mapping[str, Scalar]], Workload]
"""Makes a workload of a variant's name and its parameters."""

PASSED_ON = ("PATH", "HOME")
"""What a command gets of the caller's environment: where programs are, and where they keep their settings."""


class ProjectSuite:
    """A project's own workloads; implements `Suite`. Nothing of the project is imported in this process."""

    name = "project"

    def __init__(self, configuration: Configuration, environ: Mapping[str, str]) -> None:
        self._configuration = configuration
        self._environ = environ
        self.settings: Mapping[str, int | str] = passed_variables(configuration.pass_environment, environ)
        self._variables = {name: environ[name] for name in self.settings}
        self._settings = {workload.name: workload for workload in configuration.workloads}

    def workloads(self, scenarios: Sequence[str], variants: Sequence[str]) -> list[Workload]:
        """Give each workload in each combination of its parameters."""
        for name in scenarios:
            if name not in self._settings:
                raise unknown_name("workload", name, list(self._settings))
        wanted = [self._settings[name] for name in dict.fromkeys(scenarios or self._settings)]
        known = dict.fromkeys(variant for settings in wanted for variant in settings.variants)
        for variant in variants:
            if variant not in known:
                raise unknown_name("variant", variant, list(known))
        return [
            self._workload(settings, variant, parameters)
            for settings in wanted
            for variant, parameters in settings.variants.items()
            if not variants or variant in variants
        ]

    def prepare(self, workloads: Sequence[Workload]) -> list[Workload]:
        """Find out that each program is there, and that each callable can be imported where it will be."""
        calls: dict[tuple[str, ...], list[Workload]] = {}
        for workload in workloads:
            if workload.adapter == COMMAND:
                self._require_program(workload)
            else:
                calls.setdefault(tuple(f"{name}={value}" for name, value in workload.environment.items()), []).append(
                    workload
                )
        for together in calls.values():
            self._require_callables(together)
        return list(workloads)

    @property
    def gate(self) -> GateSettings:
        """What the project's gate allows."""
        return self._configuration.gate

    def at(self, workloads: Sequence[Workload], checkout: Path, scratch: Path) -> list[Workload]:
        """Take the project from a checkout of it: what is imported, the folder to run in, and its Python if named."""
        del scratch
        there = replace(self._configuration, folder=checkout, python=self._configuration.gate.python)
        suite = ProjectSuite(there, self._environ)
        suite._require_interpreter()
        return [
            suite._workload(self._settings[workload.scenario], workload.variant, workload.parameters)
            for workload in workloads
        ]

    def defined_in(self, checkout: Path) -> set[WorkloadKey]:
        """Name the workloads of a checkout's own pyproject.toml; none where that is no configuration."""
        with suppress(UsageError):
            return {
                WorkloadKey(workload.name, variant)
                for workload in read_configuration(checkout).workloads
                for variant in workload.variants
            }
        return set()

    def stories(self, results: Results) -> Mapping[str, Story]:
        """Know nothing of any workload but its samples."""
        return {sample.scenario: PlainStory() for sample in results.samples}

    def switched(self, name: str | None, fixed: Mapping[str, str]) -> "ProjectSwitches":
        """Take a workload's parameters that can be true or false as switches.

        Args:
            name: the workload; None where only one has switches.
            fixed: values in words for parameters that shall be no switches, or that have several values.

        Raises:
            UsageError: there is no such workload or value, or nothing that could be switched.
        """
        if name is None:
            switched = [settings.name for settings in self._settings.values() if _switches_of(settings, fixed)]
            if len(switched) != 1:
                found = f"those that have are {', '.join(switched)}" if switched else "none has"
                raise UsageError(f"--scenario must name a workload with parameters that are [false, true]; {found}.")
            (name,) = switched
        if name not in self._settings:
            raise unknown_name("workload", name, list(self._settings))
        settings = self._settings[name]
        if not _switches_of(settings, fixed):
            raise UsageError(
                f"{name} has no parameter that is [false, true] and not given with --set: there is nothing to switch."
            )
        return ProjectSwitches(settings, fixed, partial(self._workload, settings))

    @property
    def _folder(self) -> Path:
        return self._configuration.folder.absolute()

    def _workload(self, settings: WorkloadSettings, variant: str, parameters: Mapping[str, Scalar]) -> Workload:
        common = Workload(
            scenario=settings.name,
            variant=variant,
            target=settings.call,
            parameters=parameters,
            varied=parameters,
            import_paths=tuple(os.path.normpath(self._folder / path) for path in self._configuration.import_paths),
            adapter=FUNCTION,
            setup=settings.setup,
            interpreter=self._interpreter(),
            folder=str(self._folder),
            environment={**self._variables, **settings.environment},
            time_limit_seconds=settings.time_limit_seconds,
            budget_bytes=settings.budget_bytes,
            tags=settings.tags,
        )
        if settings.call:
            return common
        passed_on = {name: self._environ[name] for name in PASSED_ON if name in self._environ}
        return replace(
            common,
            adapter=COMMAND,
            arguments=self._command(settings, parameters),
            ok_statuses=settings.ok_statuses,
            environment={**passed_on, **common.environment},
        )

    def _interpreter(self) -> str:
        """Give the Python of the project; its path as it is, since a virtual environment is known by that."""
        python = self._configuration.python
        return str(self._folder / python) if python else ""

    def _command(self, settings: WorkloadSettings, parameters: Mapping[str, Scalar]) -> tuple[str, ...]:
        program, *words = (_filled_in(word, parameters) for word in settings.command)
        if os.sep in program:
            return (str(self._folder / program), *words)
        found = shutil.which(program, path=settings.environment.get("PATH", self._environ.get("PATH", os.defpath)))
        return (str(Path(found).absolute()) if found else program, *words)

    def _require_program(self, workload: Workload) -> None:
        program = str(workload.arguments[0])
        if os.access(program, os.X_OK) and Path(program).is_file() and os.sep in program:
            return
        words = (
            "it is not there, or not one that can be run" if os.sep in program else "there is none of that name on PATH"
        )
        raise self._configuration.error(workload.scenario, "command", f"no program {program!r}: {words}.")

    def _require_interpreter(self) -> None:
        interpreter = self._interpreter()
        if interpreter and not os.access(interpreter, os.X_OK):
            raise UsageError(
                f"{self._configuration.file}, [tool.membench], python: there is no interpreter {interpreter}. "
                "Make the project's environment first, or leave the key out."
            )

    def _require_callables(self, workloads: Sequence[Workload]) -> None:
        self._require_interpreter()
        # What a set-up returns may be the call's first argument, so with one it is not known what the call will get.
        wanted = {
            (workload.scenario, key, target): list(workload.parameters)
            if key == "setup" or not workload.setup
            else None
            for workload in workloads
            for key, target in (("call", workload.target), ("setup", workload.setup))
            if target
        }
        problems = run_probe(
            "imports",
            {
                "import_paths": workloads[0].import_paths,
                "targets": [(target, arguments, key == "call") for (_, key, target), arguments in wanted.items()],
            },
            Place(
                interpreter=workloads[0].interpreter, folder=workloads[0].folder, environment=workloads[0].environment
            ),
        )
        for (name, key, target), problem in zip(wanted, problems, strict=True):
            if problem:
                raise self._configuration.error(name, key, f"{target!r} cannot be called: {problem}.")


class ProjectSwitches:
    """A project's workload whose parameters can be on or off; implements `Switched`."""

    further: Sequence[Switch] = ()

    def __init__(self, settings: WorkloadSettings, fixed: Mapping[str, str], make: MakeVariant) -> None:
        self.scenario = settings.name
        self.order = _switches_of(settings, fixed)
        self.switches: Sequence[Switch] = tuple(map(Switch, self.order))
        self._names = tuple(settings.params)
        self._others = _others_of(settings, fixed, self.order)
        self._make = make
        self._made: dict[str, Combination] = {}

    def claim(self, switch: str) -> str:
        """Know of no claims."""
        del switch
        return ""

    def story(self, results: Results) -> Story:
        """Tell the samples of the workloads that were made here by which switches are on."""
        del results
        return SwitchedStory(self.switches, self.order, self._made)

    def workload(self, combination: Combination) -> Workload:
        """Make the workload with these parameters true, all other switches false, and the rest as given."""
        parameters = {name: self._others.get(name, name in combination) for name in self._names}
        workload = self._make(variant_name(parameters), parameters)
        self._made[workload.variant] = combination
        return workload


def _switches_of(settings: WorkloadSettings, fixed: Mapping[str, str]) -> tuple[str, ...]:
    both = {"false", "true"}
    return tuple(
        name
        for name, values in settings.params.items()
        if name not in fixed and all(isinstance(value, bool) for value in values) and {*map(value_text, values)} == both
    )


def _others_of(settings: WorkloadSettings, fixed: Mapping[str, str], switches: Sequence[str]) -> dict[str, Scalar]:
    """Give the value of each parameter that is no switch.

    Raises:
        UsageError: one has several, and none was chosen; or there is no such parameter or value.
    """
    for name in fixed:
        if name not in settings.params:
            raise unknown_name(f"parameter of {settings.name}", name, list(settings.params))
    found: dict[str, Scalar] = {}
    for name, values in settings.params.items():
        if name in switches:
            continue
        known = {value_text(value): value for value in values}
        words = fixed.get(name, next(iter(known)) if len(known) == 1 else None)
        if words is None:
            raise UsageError(
                f"{name} of {settings.name} has {len(known)} values, and a saving is divided at one of them. "
                f"Give --set {name}=VALUE with one of: {', '.join(known)}."
            )
        if words not in known:
            raise unknown_name(f"value of {name}", words, list(known))
        found[name] = known[words]
    return found


def _filled_in(word: str, parameters: Mapping[str, Scalar]) -> str:
    """Put the values of parameters where a word has their names in braces; other braces stay as they are."""
    if not parameters:
        return word
    names = re.compile("|".join(rf"\{{{name}\}}" for name in parameters))
    return names.sub(lambda match: value_text(parameters[match[0][1:-1]]), word)
