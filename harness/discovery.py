"""The one registry: things that are a file each in a folder of their own, such as meters, charts and formats.

A thing is found by its file. Listing must stay cheap, for `membench list charts` may not wait for matplotlib: nothing
is imported until it is loaded. A name is looked up before it is imported, so that one with dots reaches nothing else.
"""

import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from membench.harness.errors import unknown_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The things of one folder."""

    kind: str  # what one is called in an error
    package: str  # the package that the folder is
    folders: Sequence[str]  # its `__path__`
    shared: frozenset[str] = frozenset()  # modules of the folder that are not such things
    dashed: bool = False  # a name has dashes where its file has underscores
    extra: tuple[str, ...] = ()  # names that need no file

    def names(self) -> list[str]:
        """List the names, which are those of the files, without importing any."""
        modules = pkgutil.iter_modules(self.folders)
        found = sorted(one.name for one in modules if not one.ispkg and one.name not in self.shared)
        return [name.replace("_", "-") for name in found] if self.dashed else found

    def file(self, name: str) -> Path:
        """Find the file of a name.

        Raises:
            UsageError: there is none of that name.
        """
        return Path(self.folders[0]) / f"{self._stem(name)}.py"

    def module(self, name: str) -> ModuleType:
        """Import the file of a name.

        Raises:
            UsageError: there is none of that name.
        """
        return import_module(f"{self.package}.{self._stem(name)}")

    def load(self, name: str, attribute: str) -> Any:
        """Import the file of a name, and give what it has under an attribute.

        Raises:
            UsageError: there is none of that name.
        """
        return getattr(self.module(name), attribute)

    def _stem(self, name: str) -> str:
        if name not in self.names():
            raise unknown_name(self.kind, name, [*self.extra, *self.names()])
        return name.replace("-", "_") if self.dashed else name
