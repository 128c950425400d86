"""Finds the modules of a package by their files and loads the one that is asked for.

Listing must stay cheap: `membench list charts` may not wait for matplotlib, so nothing is imported until a
name is loaded.
"""

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

from membench.harness.errors import unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterable


def module_names(folders: "Iterable[str]") -> list[str]:
    """List the modules in a package's folders (its `__path__`), sorted, without importing any."""
    return sorted(found.name for found in pkgutil.iter_modules(folders) if not found.ispkg)


def load_attribute(package: str, name: str, *, attribute: str, known: list[str]) -> Any:
    """Import one module of a package and return what it exposes under `attribute`.

    Raises:
        UsageError: no such module is known. A name is looked up before it is imported, so that a name with
            dots cannot reach outside of the package.
    """
    if name not in known:
        raise unknown_name(attribute.lower(), name, known)
    return getattr(importlib.import_module(f"{package}.{name}"), attribute)
