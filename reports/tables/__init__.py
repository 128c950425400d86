"""Tables: what their columns are and what stands in their rows, described once for every way to show them.

A row holds values and not texts. How a value is written follows from the kind of its column; `console`, `markdown` and
`comma_separated` only arrange what `text_of` gives them, or the values themselves.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from membench.reports import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    SIZE = "size"  # bytes
    SHIFT = "shift"  # bytes, with a sign
    SHARE = "share"  # of 1, written in percent with a sign
    COUNT = "count"


class Tone(StrEnum):
    """How a value is set off from the others."""

    STRONG = "strong"
    GOOD = "good"
    BAD = "bad"
    OVER = "over"  # a bound that is exceeded
    UNSURE = "unsure"
    ASIDE = "aside"


class Uncertain(NamedTuple):
    """A shift in bytes that may be chance."""

    amount: int


class Range(NamedTuple):
    """From one amount in bytes to another."""

    low: int
    high: int


class Estimate(NamedTuple):
    """An amount in bytes that was estimated, with its interval."""

    amount: int
    low: int
    high: int


Amount = str | bool | int | float | Uncertain | Range | Estimate | None


class Marked(NamedTuple):
    """A value that is set off."""

    value: Amount
    tone: Tone


Value = Amount | Marked


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column."""

    header: str
    kind: Kind = Kind.TEXT
    meaning: str = ""  # the header where there is room for more than a word
    key: str = ""  # the header for programs
    least_width: int = 0  # letters below which it is not folded

    @property
    def is_number(self) -> bool:
        """Whether its values are amounts, which stand at the right and are never folded."""
        return self.kind is not Kind.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with what stands around it."""

    columns: "tuple[Column, ...]"
    rows: "tuple[tuple[Value, ...], ...]"  # one value for each column
    title: str = ""
    notes: tuple[str, ...] = ()  # sentences that follow from it
    warnings: tuple[str, ...] = ()


def amount_of(value: Value) -> Amount:
    """Give a value without its mark."""
    return value.value if isinstance(value, Marked) else value


def tone_of(value: Value) -> Tone | None:
    """Tell how a value is set off; None where it is not."""
    return value.tone if isinstance(value, Marked) else None


def text_of(column: Column, value: Value) -> str:
    """Write a value as its column says, on one line; a dash where there is none."""
    write = _WRITERS[column.kind]
    match amount_of(value):
        case None:
            text = wording.NO_FIGURE
        case str() as value_text:
            text = wording.plain(value_text)
        case bool() as holds:
            text = "yes" if holds else "no"
        case Uncertain(amount):
            text = f"~{write(amount)}"
        case Range(low, high):
            text = f"{write(low)} to {write(high)}"
        case Estimate(amount, low, high):
            text = f"{write(amount)} ({write(low)} to {write(high)})"
        case number:
            text = write(number)
    return text


_WRITERS: "dict[Kind, Callable[..., str]]" = {
    Kind.TEXT: str,
    Kind.SIZE: wording.size,
    Kind.SHIFT: wording.shift,
    Kind.SHARE: wording.percent,
    Kind.COUNT: "{:,}".format,
}


def columns_of(*headers: str, kind: Kind = Kind.TEXT) -> "Sequence[Column]":
    """Make columns of one kind."""
    return [Column(header=header, kind=kind) for header in headers]
