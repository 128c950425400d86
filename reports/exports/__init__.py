"""Exports: a run in the formats of other tools, one a file, each exposing EXPORT. Adding one is adding a file here."""

from typing import TYPE_CHECKING, Protocol

from membench.harness.discovery import Registry

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


EXPORTS = Registry(kind="export", package=__name__, folders=__path__, dashed=True)


def export_names() -> list[str]:
    """List the exports by their files, without importing them."""
    return EXPORTS.names()


def load_export(name: str) -> Export:
    """Import the one export of that name.

    Raises:
        UsageError: there is no such export.
    """
    found: Export = EXPORTS.load(name, "EXPORT")
    return found
