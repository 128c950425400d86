"""The suite of a folder's own pyproject.toml: the workloads of `[tool.membench.workloads]`."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from membench.harness.errors import UsageError, unknown_name
from membench.harness.keys import WorkloadKey
from membench.harness.model import Results, Workload
from membench.harness.suites.configuration import Configuration, GateSettings, read_configuration
from membench.harness.suites.project_checks import require_callables, require_interpreter, require_program
from membench.harness.suites.project_switches import ProjectSwitches, choose_switched
from membench.harness.suites.project_workloads import WorkloadMaker
from membench.harness.suites.story import PlainStory, Story
from membench.harness.trial.adapters import COMMAND


class ProjectSuite:
    """A project's own workloads; implements `Suite`. Nothing of the project is imported in this process."""

    name = "project"

    def __init__(self, configuration: Configuration, environ: Mapping[str, str]) -> None:
        self._configuration = configuration
        self._environ = environ
        self._maker = WorkloadMaker(configuration, environ)
        self.settings: Mapping[str, int | str] = self._maker.passed
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
            self._maker.make(settings, variant, parameters)
            for settings in wanted
            for variant, parameters in settings.variants.items()
            if not variants or variant in variants
        ]

    def prepare(self, workloads: Sequence[Workload]) -> list[Workload]:
        """Find out that each program is there, and that each callable can be imported where it will be."""
        calls: dict[tuple[str, ...], list[Workload]] = {}
        for workload in workloads:
            if workload.adapter == COMMAND:
                require_program(self._configuration, workload)
            else:
                calls.setdefault(tuple(f"{name}={value}" for name, value in workload.environment.items()), []).append(
                    workload
                )
        for together in calls.values():
            require_interpreter(self._configuration, self._maker.interpreter)
            require_callables(self._configuration, together)
        return list(workloads)

    @property
    def gate(self) -> GateSettings:
        """What the project's gate allows."""
        return self._configuration.gate

    def at(self, workloads: Sequence[Workload], checkout: Path, scratch: Path) -> list[Workload]:
        """Take the project from a checkout of it: what is imported, the folder to run in, and its Python if named."""
        del scratch
        there = replace(self._configuration, folder=checkout, python=self._configuration.gate.python)
        maker = WorkloadMaker(there, self._environ)
        require_interpreter(there, maker.interpreter)
        return [
            maker.make(self._settings[workload.scenario], workload.variant, workload.parameters)
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

    def switched(self, name: str | None, fixed: Mapping[str, str]) -> ProjectSwitches:
        """Take a workload's parameters that can be true or false as switches.

        Args:
            name: the workload; None where only one has switches.
            fixed: values as text for parameters that shall be no switches, or that have several values.

        Raises:
            UsageError: there is no such workload or value, or nothing that could be switched.
        """
        settings = choose_switched(self._settings, name, fixed)
        return ProjectSwitches(settings, fixed, partial(self._maker.make, settings))
