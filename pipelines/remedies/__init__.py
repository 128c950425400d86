"""What would help and the description does not name: one remedy a file, found by discovery, its forms side by side."""

import os
from collections.abc import Iterable
from importlib import import_module

from membench.pipelines.browsing import Browsing
from membench.pipelines.config import ParallelConfig
from membench.pipelines.variant import Form


def remedy_names() -> list[str]:
    """List the remedies by the names of their files: `page-per-operation`."""
    files = os.listdir(__path__[0])  # noqa: PTH208 - pathlib is heavy, and this is the measured process
    return sorted(
        name.removesuffix(".py").replace("_", "-")
        for name in files
        if name.endswith(".py") and not name.startswith("_")
    )


def apply(remedies: Iterable[str], browsing: Browsing, limits: ParallelConfig) -> None:
    """Change how the program uses its browser by each of these remedies."""
    for name in remedies:
        import_module(f"{__name__}.{name.replace('-', '_')}").FORMS[Form.AFTER](browsing, limits)
