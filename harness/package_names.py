"""Keeps this project's top-level packages and those of the same name elsewhere apart.

`pipelines`, `scenarios` and `reports` are names that many projects have packages of. In the process of the command line
they mean ours, also where the user's folder comes first on the search path (`python -m harness`, PYTHONPATH=.). In a
process that runs a user's code they mean the user's, also where ours are installed beside it.

Loaded by its file inside the measured process: standard library only.
"""

import os
import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OURS = ("pipelines", "scenarios", "reports")
THEIRS = ("harness", *OURS)  # where nothing of ours is imported by name, the engine's name is free too
HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class _Finder:
    """Finds a few top-level packages in the places that it is told; the interpreter's own finders do the rest."""

    def __init__(self, names: "Sequence[str]", places: "Callable[[], Sequence[str]]") -> None:
        self._names = names
        self._places = places

    def find_spec(self, name: str, path: "Sequence[str] | None" = None, target: Any = None) -> Any:
        """Find a package if it is one of them; None otherwise, as an importer does."""
        if path is not None or name not in self._names:
            return None
        found = PathFinder.find_spec(name, list(self._places()), target)
        if found is not None:
            return found
        # Finders of other kinds, such as those of editable installations: they have no search path to leave us out of.
        others = [finder for finder in sys.meta_path if finder is not PathFinder and not isinstance(finder, _Finder)]
        return next((spec for finder in others if (spec := finder.find_spec(name, path, target))), None)


def mean_ours() -> None:
    """Have the names mean the packages beside the harness, in this process."""
    sys.meta_path.insert(0, _Finder(OURS, lambda: [HOME]))


def mean_theirs(import_paths: "Sequence[str]") -> None:
    """Have the names mean any packages but ours, if there are such, in this process.

    Ours would win otherwise wherever theirs has no `__init__.py`, or comes later on the search path.
    """

    def places() -> "Sequence[str]":
        return [*import_paths, *(entry for entry in sys.path if os.path.abspath(entry) != HOME)]

    sys.meta_path.insert(0, _Finder(THEIRS, places))
