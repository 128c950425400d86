"""Finds out, before anything is measured, that what a folder's own pyproject.toml names is there and can be run."""

import os
from collections.abc import Sequence
from pathlib import Path

from membench.harness.errors import UsageError
from membench.harness.model import Workload
from membench.harness.suites.configuration import Configuration
from membench.harness.suites.probes import Place, run_probe


def require_program(configuration: Configuration, workload: Workload) -> None:
    """Refuse a command whose program is not there.

    Raises:
        UsageError: it is not, or cannot be run.
    """
    program = str(workload.arguments[0])
    if os.access(program, os.X_OK) and Path(program).is_file() and os.sep in program:
        return
    reason = (
        "it is not there, or not one that can be run" if os.sep in program else "there is none of that name on PATH"
    )
    raise configuration.error(workload.scenario, "command", f"no program {program!r}: {reason}.")


def require_interpreter(configuration: Configuration, interpreter: str) -> None:
    """Refuse a Python of the project that is not there; "" is the one that runs here.

    Raises:
        UsageError: it is not, or cannot be run.
    """
    if interpreter and not os.access(interpreter, os.X_OK):
        raise UsageError(
            f"{configuration.file}, [tool.membench], python: there is no interpreter {interpreter}. "
            "Make the project's environment first, or leave the key out."
        )


def require_callables(configuration: Configuration, workloads: Sequence[Workload]) -> None:
    """Refuse callables that cannot be imported, or do not take their parameters; all have the same environment.

    Raises:
        UsageError: the first of them that cannot be called.
    """
    # What a set-up returns may be the call's first argument, so with one it is not known what the call will get.
    wanted = {
        (workload.scenario, key, target): list(workload.parameters) if key == "setup" or not workload.setup else None
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
        Place(interpreter=workloads[0].interpreter, folder=workloads[0].folder, environment=workloads[0].environment),
    )
    for (name, key, target), problem in zip(wanted, problems, strict=True):
        if problem:
            raise configuration.error(name, key, f"{target!r} cannot be called: {problem}.")
