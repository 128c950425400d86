"""The code behind frames: texts of lines, qualified names, and files named alike on both sides."""

import ast
import linecache
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from membench.harness.explain.call_tree import Place
from membench.harness.trial.call_sites import real_file

_INSTALLED = re.compile(r"^.*?/(?:site-packages|dist-packages|lib/python3\.\d+t?)/")
# In a checkout this package is reached by way of a link.
_HARNESS = tuple(f"{path.parent.parent}/" for path in (Path(__file__).absolute(), Path(__file__).resolve()))
_Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Sources:
    """The code of one side: files below a root are named from there, installed ones as one would import them."""

    def __init__(self, roots: Sequence[str] = (), links: Mapping[str, str] | None = None) -> None:
        """Begin with the folders to name files from, and the links that trials have seen in place of folders."""
        self._links = {f"{link}/": f"{target}/" for link, target in (links or {}).items()}
        self._prefixes = tuple(f"{root.rstrip('/')}/" for root in roots)
        self._known: dict[tuple[str, str, int], Place] = {}

    def place(self, function: str, file: str, line: int) -> Place:
        """Say what a frame is known by; a C function has no text."""
        key = (function, file, line)
        if key not in self._known:
            path = self._restored(real_file(file))
            text = linecache.getline(path, line).strip() if path.endswith(".py") else ""
            self._known[key] = Place(qualified_name(path, line, function), self.relative(path), text)
        return self._known[key]

    def relative(self, path: str) -> str:
        """Name a file so that both sides name it alike."""
        path = self._restored(path)
        for prefix in self._prefixes:
            if path.startswith(prefix):
                return path.removeprefix(prefix)
        return _INSTALLED.sub("", path)

    def copy_to(self, folder: Path) -> dict[str, str]:
        """Copy the files of all frames so far that lie below a root, for when the checkouts they are in are gone.

        Returns what trials have seen in place of folders, each with where that is now: the name of the folder, with the
        rest of a path, or another folder that stays.
        """
        for _, file, _ in self._known:
            path = os.path.normpath(self._restored(real_file(file)))
            inside = next((path.removeprefix(one) for one in self._prefixes if path.startswith(one)), "")
            if inside.endswith(".py") and Path(path).is_file():
                place = folder / inside
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)
        moved = {prefix.rstrip("/"): folder.name for prefix in self._prefixes}
        for link, target in self._links.items():
            below = next((one for one in self._prefixes if target.startswith(one)), None)
            now = target if below is None else f"{folder.name}/{target.removeprefix(below)}"
            moved[link.rstrip("/")] = now.rstrip("/")
        return moved

    def own(self, file: str) -> bool:
        """Whether a file belongs to what measures."""
        return self._restored(file).startswith(_HARNESS)

    def _restored(self, path: str) -> str:
        for link, target in self._links.items():
            if path.startswith(link):
                return f"{target}{path.removeprefix(link)}"
        return path


def qualified_name(path: str, line: int, function: str) -> str:
    """Give the qualified name of the function of a frame, as far as its source tells; else its plain name."""
    if function == "<module>" or not path.endswith(".py"):
        return function
    around = [name for start, end, name in _scopes(path) if start <= line <= end]
    if function.startswith("<"):
        return ".".join([*around[-1:], function])
    # A frame may be in a scope that its line is not the innermost of: a class body, a decorator.
    return next((name for name in reversed(around) if name.rpartition(".")[2] == function), function)


@cache
def _scopes(path: str) -> list[tuple[int, int, str]]:
    """List the functions and classes of a file, outer ones first."""
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return []
    found: list[tuple[int, int, str]] = []
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]
    while waiting:
        node, prefix = waiting.pop()
        for child in ast.iter_child_nodes(node):
            inside = prefix
            if isinstance(child, _Named):
                inside = f"{prefix}{child.name}."
                first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
                found.append((first, child.end_lineno or child.lineno, inside[:-1]))
            waiting.append((child, inside))
    return sorted(found, key=lambda scope: (scope[0], -scope[1]))
