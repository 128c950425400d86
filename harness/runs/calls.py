"""A function as a workload: found by its name in a fresh process, its arguments sent there as JSON."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from membench.harness.errors import UsageError
from membench.harness.model import Workload
from membench.harness.store.plain import is_plain
from membench.harness.trial.adapters import FUNCTION

Target = Callable[..., object] | str


def function_workload(
    scenario: str,
    variant: str,
    function: Target,
    arguments: Sequence[Any],
    parameters: Mapping[str, Any],
    *,
    environment: Mapping[str, str],
    time_limit_seconds: float | None,
) -> Workload:
    """Make the workload of a call, to be run with this process's search path and in its folder.

    Args:
        scenario: the name of its samples.
        variant: their variant.
        function: the function itself, or its name as "package.module:name".
        arguments: by position; JSON values, since they cross a process boundary.
        parameters: by name, likewise.
        environment: variables beside the few that every measured process gets.
        time_limit_seconds: None for that of the session.

    Raises:
        UsageError: the function cannot be imported by its name, or an argument is no JSON value.
    """
    __tracebackhide__ = True  # pytest shows the line of the test instead
    target = target_of(function)
    named = [*((str(number), value) for number, value in enumerate(arguments, 1)), *parameters.items()]
    for name, value in named:
        _require_json(target, name, value)
    return Workload(
        scenario=scenario,
        variant=variant,
        target=target,
        adapter=FUNCTION,
        arguments=tuple(arguments),
        parameters=parameters,
        # As this process has it, so that the same module is found first.
        import_paths=tuple(os.path.abspath(entry) for entry in sys.path),  # noqa: PTH100 - "" is the working folder
        folder=os.getcwd(),  # noqa: PTH109 - as text
        environment=environment,
        time_limit_seconds=time_limit_seconds,
    )


def target_of(function: Target) -> str:
    """Name a function so that a fresh process finds it, as "package.module:name".

    Raises:
        UsageError: it cannot be found by a name.
    """
    __tracebackhide__ = True  # as above
    if isinstance(function, str):
        if not all(function.partition(":")):
            raise UsageError(f"{function!r} names no function. Write it as package.module:name.")
        return function
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    if not module or not name:
        raise UsageError(f"{function!r} has no name to be imported by. Give a function of a module.")
    if module == "__main__" or "<" in name or _found(module, name) != function:
        raise UsageError(
            f"{module}:{name} cannot be imported by that name in a fresh process. "
            "Give a function at the top of a module: no lambda, no nested one, none of __main__ and no bound method."
        )
    return f"{module}:{name}"


def _found(module: str, name: str) -> object:
    found: object = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _require_json(target: str, name: str, value: object) -> None:
    __tracebackhide__ = True  # as above
    if not is_plain(value):
        raise UsageError(
            f"Argument {name} of {target} is {type(value).__name__} and would not arrive as it is: it crosses a "
            "process boundary as JSON. Give numbers, texts, lists and dicts with texts as keys."
        )
