"""Formats: one a file, each exposing FORMAT. Adding a format is adding a file here."""

from typing import TYPE_CHECKING, Protocol

from membench.harness.discovery import Registry

if TYPE_CHECKING:
    from membench.reports.document import Report


class Format(Protocol):
    """A way to write a whole report as text."""

    @property
    def name(self) -> str:
        """The name under which it is asked for, which is also its module's."""

    @property
    def suffix(self) -> str:
        """How a file's name ends in this format, with the dot."""

    def render(self, report: "Report") -> str:
        """Return the whole report as text, ending in a newline; the same report gives the same text."""


FORMATS = Registry(kind="format", package=__name__, folders=__path__)


def format_names() -> list[str]:
    """List the formats by their files, without importing them."""
    return FORMATS.names()


def load_format(name: str) -> Format:
    """Import the one format of that name.

    Raises:
        UsageError: there is no such format.
    """
    found: Format = FORMATS.load(name, "FORMAT")
    return found
