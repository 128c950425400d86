"""Makes the workloads of a folder's own pyproject.toml: what is run, where, and with which variables."""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from membench.harness.keys import Scalar, value_text
from membench.harness.model import Workload
from membench.harness.suites.configuration import Configuration, WorkloadSettings
from membench.harness.suites.passed_variables import passed_variables
from membench.harness.trial.adapters import COMMAND, FUNCTION

PASSED_ON = ("PATH", "HOME")
"""What a command gets of the caller's environment: where programs are, and where they keep their settings."""


class WorkloadMaker:
    """Makes workloads of their settings, for the folder of a configuration."""

    def __init__(self, configuration: Configuration, environ: Mapping[str, str]) -> None:
        self._configuration = configuration
        self._environ = environ
        self.passed: Mapping[str, int | str] = passed_variables(configuration.pass_environment, environ)
        self._variables = {name: environ[name] for name in self.passed}

    @property
    def interpreter(self) -> str:
        """The Python of the project; its path as it is, since a virtual environment is known by that."""
        python = self._configuration.python
        return str(self._folder / python) if python else ""

    def make(self, settings: WorkloadSettings, variant: str, parameters: Mapping[str, Scalar]) -> Workload:
        """Make a workload with these values of its parameters."""
        common = Workload(
            scenario=settings.name,
            variant=variant,
            target=settings.call,
            parameters=parameters,
            varied=parameters,
            import_paths=tuple(os.path.normpath(self._folder / path) for path in self._configuration.import_paths),
            adapter=FUNCTION,
            setup=settings.setup,
            interpreter=self.interpreter,
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

    @property
    def _folder(self) -> Path:
        return self._configuration.folder.absolute()

    def _command(self, settings: WorkloadSettings, parameters: Mapping[str, Scalar]) -> tuple[str, ...]:
        program, *words = (_filled_in(word, parameters) for word in settings.command)
        if os.sep in program:
            return (str(self._folder / program), *words)
        found = shutil.which(program, path=settings.environment.get("PATH", self._environ.get("PATH", os.defpath)))
        return (str(Path(found).absolute()) if found else program, *words)


def _filled_in(word: str, parameters: Mapping[str, Scalar]) -> str:
    """Put the values of parameters where a word has their names in braces; other braces stay as they are."""
    if not parameters:
        return word
    names = re.compile("|".join(rf"\{{{name}\}}" for name in parameters))
    return names.sub(lambda match: value_text(parameters[match[0][1:-1]]), word)
