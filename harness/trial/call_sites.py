"""Names for places in the code that a meter found: the real file behind a frozen module, and the function of a line."""

import ast
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from membench.harness.model import CallSite

_FROZEN = "<frozen "
_STANDARD_LIBRARY = Path(os.__file__).parent
_Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


def call_site(found: Mapping[str, Any]) -> CallSite:
    """Complete what a meter knows of a place: the file behind a frozen module, the function around a line."""
    file, line = real_file(found["file"]), found["line"]
    return CallSite(file=file, line=line, function=found["function"] or function_at(file, line), bytes=found["bytes"])


def real_file(name: str) -> str:
    """Give the path of a code object's file; modules frozen into the interpreter name only themselves."""
    if not name.startswith(_FROZEN):
        return name
    module = name.removeprefix(_FROZEN).removesuffix(">")
    path = _STANDARD_LIBRARY / (module.replace(".", "/") + ".py")
    return str(path) if path.is_file() else name


def function_at(file: str, line: int) -> str:
    """Name the innermost function or class around a line as its code object would; "" where that is unknown."""
    scopes = _scopes(file)
    if scopes is None:
        return ""
    around = [(start, end, name) for start, end, name in scopes if start <= line <= end]
    # Of two that begin on one line the shorter one is the inner one.
    return max(around, key=lambda scope: (scope[0], -scope[1]), default=(0, 0, "<module>"))[2]


@cache
def _scopes(file: str) -> list[tuple[int, int, str]] | None:
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    return [
        (node.lineno, node.end_lineno or node.lineno, getattr(node, "name", "<lambda>"))
        for node in ast.walk(tree)
        if isinstance(node, _Scope)
    ]
