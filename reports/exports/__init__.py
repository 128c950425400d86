"""Exports: a run in the formats of other tools, one a file, each exposing EXPORT. Adding one is adding a file here."""

from typing import TYPE_CHECKING, Protocol

from membench.harness.errors import unknown_name
from membench.reports.discovery import load_attribute, module_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from membench.harness.model import Results
    from membench.reports.figures import Figure


class Export(Protocol):
    """A way to write a run for another tool."""

    @property
    def name(self) -> str:
        """The name under which it is asked for, which is its module's with dashes."""

    @property
    def summary(self) -> str:
        """Which tool reads it, in one line."""

    def render(self, results: "Results", figures: "Sequence[Figure]") -> str:
        """Return the figures as text, with what the format says of the run; the same run gives the same text."""


def export_names() -> list[str]:
    """List the exports by their files, without importing them."""
    return [name.replace("_", "-") for name in module_names(__path__)]


def load_export(name: str) -> Export:
    """Import the one export of that name.

    Raises:
        UsageError: there is no such export.
    """
    if name not in export_names():
        raise unknown_name("export", name, export_names())
    modules = module_names(__path__)
    found: Export = load_attribute(__name__, name.replace("-", "_"), attribute="EXPORT", known=modules)
    return found
