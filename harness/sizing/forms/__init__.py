"""Ways to write a size down, one a file: each module has a `FORM`."""

import pkgutil
from importlib import import_module
from typing import Protocol, cast

from membench.harness.errors import unknown_name
from membench.harness.sizing.model import Size
from membench.harness.units import MIB


class Form(Protocol):
    """One way to ask for memory."""

    summary: str

    def render(self, size: Size) -> str:
        """Write what asks for it."""
        ...


def form_names() -> list[str]:
    """Name all forms."""
    return sorted(found.name for found in pkgutil.iter_modules(__path__))


def load_form(name: str) -> Form:
    """Give the form of a name.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in form_names():
        raise unknown_name("form", name, form_names())
    return cast("Form", import_module(f"{__name__}.{name}").FORM)


def mebibytes(size: int) -> int:
    """Give a size in whole MiB, rounded up."""
    return -(-size // MIB)


def label(name: str) -> str:
    """Make a name that Kubernetes, Nextflow and systemd take of any: lower-case letters, digits and dashes."""
    kept = "".join(character if character.isascii() and character.isalnum() else "-" for character in name.lower())
    return kept.strip("-")[:40].strip("-") or "workload"
