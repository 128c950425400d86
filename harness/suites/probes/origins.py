"""Where does this interpreter import these modules from? Answers with each module's file, then its package's.

The question has `import_paths` and `modules`, dotted names. All modules of a package that are loaded with it are named:
an import hook may take some of them from elsewhere.
"""

import os
import sys
from importlib import import_module
from typing import Any

MOST_FILES = 1000


def answer(question: dict[str, Any]) -> dict[str, list[str]]:
    """Import each, and look at what has been loaded."""
    return {name: files_of(name) for name in question["modules"]}


def files_of(name: str) -> list[str]:
    """Name the real files of a module and of its package's others, the module's first; a built-in one has none."""
    try:
        import_module(name)
    except BaseException:  # noqa: BLE001 - whatever a module does when it is imported; its own trial will say so
        return []
    top = name.partition(".")[0]
    others = [module for own, module in list(sys.modules.items()) if own == top or own.startswith(f"{top}.")]
    loaded = [sys.modules.get(name), *others]
    files = [getattr(module, "__file__", None) for module in loaded]
    return [os.path.realpath(file) for file in files if isinstance(file, str)][:MOST_FILES]
