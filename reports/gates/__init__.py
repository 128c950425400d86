"""Ways to show what the gate decided: one a file, each exposing FORMAT. Adding one is adding a file here."""

from typing import TYPE_CHECKING, Protocol

from membench.reports.discovery import load_attribute, module_names

if TYPE_CHECKING:
    from membench.harness.gate.verdicts import Judgement


class GateFormat(Protocol):
    """A way to write a judgement as text."""

    @property
    def name(self) -> str:
        """The name under which it is asked for, which is also its module's."""

    @property
    def suffix(self) -> str:
        """How a file's name ends in this format, with the dot."""

    def render(self, judgement: "Judgement") -> str:
        """Return the whole judgement as text, ending in a newline; the same judgement gives the same text."""


def gate_format_names() -> list[str]:
    """List the formats by their files, without importing them."""
    return module_names(__path__)


def load_gate_format(name: str) -> GateFormat:
    """Import the one format of that name.

    Raises:
        UsageError: there is no such format.
    """
    found: GateFormat = load_attribute(__name__, name, attribute="FORMAT", known=gate_format_names())
    return found
