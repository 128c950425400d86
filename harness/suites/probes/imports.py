"""Which of these callables can be called? Answers with one text for each: "" where it can, the reason where not.

The question has `import_paths` and `targets`, each "package.module:name", the names of the arguments that it will
get, or null where they are not known beforehand, and whether the call is all there is: a set-up may return a generator.
"""

import inspect
import sys
import traceback
from difflib import get_close_matches
from importlib import import_module
from typing import Any

LAZY = "it is a generator function, and calling it runs nothing of it. Give a function that uses it up"


def answer(question: dict[str, Any]) -> list[str]:
    """Try all of them."""
    return [problem(*target) for target in question["targets"]]


def problem(target: str, arguments: list[str] | None, is_all: bool) -> str:  # noqa: FBT001 - it comes from JSON
    """Say why a callable cannot be called; "" where it can."""
    name, _, attributes = target.partition(":")
    try:
        found: Any = import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            return f"there is no module {error.name!r} in {where()}"
        return raised(name, error)
    except BaseException as error:  # noqa: BLE001 - whatever a module does when it is imported, SystemExit too
        return raised(name, error)
    holder = f"module {name!r}"
    for attribute in attributes.split("."):
        if not hasattr(found, attribute):
            return f"{holder} has no {attribute!r}{suggestion(found, attribute)}"
        found = getattr(found, attribute)
        holder = repr(attribute)
    if not callable(found):
        return f"{target!r} is of type {type(found).__name__}, which cannot be called"
    lazy = LAZY if is_all and (inspect.isgeneratorfunction(found) or inspect.isasyncgenfunction(found)) else ""
    return lazy or ("" if arguments is None else mismatch(found, arguments))


def mismatch(function: Any, arguments: list[str]) -> str:
    """Say why a callable does not take arguments of these names; "" where it does, or does not tell."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""
    try:
        signature.bind(**dict.fromkeys(arguments))
    except TypeError as error:
        return f"it takes {signature} and would get ({', '.join(arguments)}): {error}"
    return ""


def raised(name: str, error: BaseException) -> str:
    """Say what the import of a module raised, and where."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<frozen")]
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if len(frames) > 1 else ""
    lines = str(error).splitlines()
    return f"importing {name!r} raised {type(error).__name__}{place}" + (f": {lines[0]}" if lines else "")


def where() -> str:
    """Name the places that were searched, without those of the interpreter itself."""
    return ", ".join(entry for entry in sys.path if not entry.startswith(sys.base_prefix))


def suggestion(found: object, attribute: str) -> str:
    """Name the nearest things that are there."""
    near = get_close_matches(attribute, [name for name in dir(found) if not name.startswith("_")])
    return f", but {', '.join(near)}" if near else ""
