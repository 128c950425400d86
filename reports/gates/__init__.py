"""Ways to show what the gate decided: one a file, each exposing FORMAT. Adding one is adding a file here."""

from typing import TYPE_CHECKING, Protocol

from membench.harness.discovery import Registry

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


GATE_FORMATS = Registry(kind="format", package=__name__, folders=__path__)


def gate_format_names() -> list[str]:
    """List the formats by their files, without importing them."""
    return GATE_FORMATS.names()


def load_gate_format(name: str) -> GateFormat:
    """Import the one format of that name.

    Raises:
        UsageError: there is no such format.
    """
    found: GateFormat = GATE_FORMATS.load(name, "FORMAT")
    return found
