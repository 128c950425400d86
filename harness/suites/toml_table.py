"""A table of a TOML file whose values are read as what they should be, or refused.

Every error names the file, the table and the key, and says what was wanted there.
"""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from membench.harness.errors import UsageError
from membench.harness.units import parse_share, parse_size

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LONGEST_SHOWN = 60

Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a file. What it reads is of the right type, in range and known, or an error says so."""

    file: Path
    name: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, value: Any, file: Path, name: str, known: tuple[str, ...] | None = None) -> "Table":
        """Take a value as a table with no keys but the known ones; with any keys where none are given."""
        table = cls(file=file, name=name, values={})
        if not isinstance(value, dict):
            raise table.error("", f"a table was wanted, not {shown(value)}.")
        for key in value if known is not None else ():
            if key not in (known or ()):
                raise table.error(key, f"there is no such key. Known: {', '.join(_nearest_first(key, known or ()))}.")
        return replace(table, values=value)

    def error(self, key: str, message: str) -> UsageError:
        """Make the error for a key of this table; for the table as a whole without one."""
        place = f"{self.file}, [{self.name}]" + (f", {_quoted(key)}" if key else "")
        return UsageError(f"{place}: {message}")

    def table(self, key: str, known: tuple[str, ...] | None = None) -> "Table":
        """Give a table in this one; an empty one where there is none."""
        return Table.of(self.values.get(key, {}), self.file, f"{self.name}.{_quoted(key)}", known)

    def tables(self, key: str, known: tuple[str, ...]) -> Iterator[tuple[str, "Table"]]:
        """Give the tables in a table of this one, each with its name."""
        outer = self.table(key)
        for name in outer.values:
            yield name, outer.table(name, known)

    def text(self, key: str) -> str:
        """Read a text; "" where there is none."""
        value = self.values.get(key)
        if key in self.values and (not is_text(value) or not value):
            raise self.error(key, f"a text was wanted, not {shown(value)}.")
        return value or ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts; empty where there is none."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(is_text(one) and one for one in value):
            raise self.error(key, f'a list of texts was wanted, such as ["one", "two"]; not {shown(value)}.')
        return tuple(value)

    def target(self, key: str) -> str:
        """Read the name of a callable; "" where there is none."""
        value = self.text(key)
        module, _, attribute = value.partition(":")
        if value and not all(part.isidentifier() for part in (*module.split("."), *attribute.split("."))):
            raise self.error(key, f'"package.module:function" was wanted, not {shown(value)}.')
        return value

    def command(self, key: str) -> tuple[str, ...]:
        """Read a command, as a list of words or as one text that a shell would split into them."""
        value = self.values.get(key)
        if value is None:
            return ()
        if isinstance(value, list):
            words = self.texts(key)
        else:
            try:
                words = tuple(shlex.split(self.text(key)))
            except ValueError as error:
                raise self.error(key, f"{shown(value)} is no command: {error}.") from error
        if not words:
            raise self.error(key, 'a program and its arguments were wanted, such as ["node", "scrape.js"].')
        return words

    def size(self, key: str) -> int | None:
        """Read a size in bytes; None where there is none."""
        return self._parsed(key, parse_size)

    def share(self, key: str, default: float) -> float:
        """Read a percentage as a share of 1."""
        share = self._parsed(key, parse_share)
        return default if share is None else share

    def _parsed(self, key: str, parse: Callable[[str], Parsed]) -> Parsed | None:
        """Read a text with a unit as the command line does; None where there is none."""
        value = self.values.get(key)
        if value is None:
            return None
        try:
            return parse(value if isinstance(value, str) else shown(value))
        except UsageError as error:
            raise self.error(key, str(error)) from error

    def number(self, key: str, above: float, most: float, unit: str) -> float | None:
        """Read a number in a range that leaves out its lower end; None where there is none."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not above < value <= most:
            raise self.error(
                key, f"a number of {unit} above {above:g} and up to {most:,g} was wanted, not {shown(value)}."
            )
        return float(value)

    def whole_number(self, key: str, least: int, most: int) -> int | None:
        """Read a whole number in a range; None where there is none."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.error(key, f"a whole number from {least} to {most:,} was wanted, not {shown(value)}.")
        return value


def is_text(value: Any) -> bool:
    """Tell whether a value is a text that can be given to a program."""
    return isinstance(value, str) and "\0" not in value and _encodes(value)


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _nearest_first(key: str, known: tuple[str, ...]) -> list[str]:
    near = get_close_matches(key, known, n=len(known), cutoff=0.5)
    return [*near, *sorted(set(known) - set(near))]


def _quoted(key: str) -> str:
    """Write a key as TOML has it."""
    return key if _BARE_KEY.fullmatch(key) else repr(key)


def shown(value: Any) -> str:
    """Show a value in an error, cut where it is long; a whole number may have too many digits to be printed at all."""
    try:
        words = repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too large to show"
    return words if len(words) <= _LONGEST_SHOWN else words[:_LONGEST_SHOWN] + "..."
