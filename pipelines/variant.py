"""Variants: which form each of the seven fixes takes, and the names people give them."""

import re
from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Fix(IntEnum):
    """The seven decision points, numbered as in the description of the incident."""

    STREAM_RESULTS = 1
    MINIMAL_RESULTS = 2
    CLEAR_BATCHES = 3
    INCREMENTAL_VALIDATION = 4
    LOWER_CONCURRENCY = 5
    CLEAR_INTERMEDIATES = 6
    SMALLER_BATCHES = 7

    @property
    def title(self) -> str:
        """The fix in words: `stream results`."""
        return self.name.lower().replace("_", " ")


class Form(StrEnum):
    """How a decision point is built."""

    BEFORE = "before"  # accumulating
    AFTER = "after"  # effective
    AS_WRITTEN = "as_written"  # the letter of the description, faults included


PRIORITY = (
    Fix.LOWER_CONCURRENCY,
    Fix.MINIMAL_RESULTS,
    Fix.CLEAR_BATCHES,
    Fix.STREAM_RESULTS,
    Fix.INCREMENTAL_VALIDATION,
    Fix.SMALLER_BATCHES,
    Fix.CLEAR_INTERMEDIATES,
)
"""The order in which the description of the incident would ship the fixes."""

SOUND_AS_WRITTEN = frozenset({Fix.LOWER_CONCURRENCY})
"""Fixes whose letter is already effective: as_written and after are the same form."""

NAMES_HELP = "sequential, baseline, all, bounded, fix-N, fix-N+M, without-N, upto-N; -as-written after fix-N or all"


class UnknownVariantError(ValueError):
    """A name is not one of the variants; the message says which names are."""


class Variant(NamedTuple):
    """Which form each fix takes.

    `sequential` is the system before it became parallel, where no fix applies; `bounded` goes beyond all of them.
    """

    forms: tuple[Form, ...]  # in the order of the fixes
    sequential: bool = False
    bounded: bool = False  # beyond the seven: the scraped identifiers are kept in the CMS

    def form(self, fix: Fix) -> Form:
        """The form that one fix takes."""
        return self.forms[fix - 1]

    def __str__(self) -> str:
        """The canonical name; `parse_variant` reads it back."""
        if self.sequential:
            return "sequential"
        if self.bounded:
            return "bounded"
        changed = [fix for fix in Fix if self.form(fix) is not Form.BEFORE]
        if not changed:
            return "baseline"
        written = any(self.form(fix) is Form.AS_WRITTEN for fix in changed)
        name = "all" if len(changed) == len(Fix) else "fix-" + "+".join(str(int(fix)) for fix in changed)
        return f"{name}-as-written" if written else name


def variant_of(fixes: Iterable[Fix], form: Form = Form.AFTER) -> Variant:
    """Make the variant in which the given fixes take `form` and all others stay as they were before."""
    chosen = frozenset(fixes)
    return Variant(tuple(_form_of(fix, form) if fix in chosen else Form.BEFORE for fix in Fix))


def _form_of(fix: Fix, form: Form) -> Form:
    return Form.AFTER if form is Form.AS_WRITTEN and fix in SOUND_AS_WRITTEN else form


BASELINE = variant_of(())
ALL = variant_of(Fix)
SEQUENTIAL = Variant(BASELINE.forms, sequential=True)
BOUNDED = Variant(ALL.forms, bounded=True)

_FIXES = re.compile(r"fix-([1-7](?:\+[1-7])*)(-as-written)?", re.ASCII)
_WITHOUT = re.compile(r"without-([1-7])", re.ASCII)
_UPTO = re.compile(r"upto-([1-7])", re.ASCII)


def parse_variant(name: str) -> Variant:
    """Read a variant's name.

    Raises:
        UnknownVariantError: the name is none of those in `NAMES_HELP`.
    """
    fixed = {
        "sequential": SEQUENTIAL,
        "baseline": BASELINE,
        "all": ALL,
        "bounded": BOUNDED,
        "all-as-written": variant_of(Fix, Form.AS_WRITTEN),
    }
    if name in fixed:
        return fixed[name]
    if match := _FIXES.fullmatch(name):
        numbers = [Fix(int(number)) for number in match[1].split("+")]
        if len(set(numbers)) == len(numbers):
            return variant_of(numbers, Form.AS_WRITTEN if match[2] else Form.AFTER)
    if match := _WITHOUT.fullmatch(name):
        return variant_of(fix for fix in Fix if fix != int(match[1]))
    if match := _UPTO.fullmatch(name):
        return variant_of(PRIORITY[: int(match[1])])
    raise UnknownVariantError(f"No variant named {name!r}. Known: {NAMES_HELP} (N and M from 1 to 7).")


def all_combinations() -> list[Variant]:
    """List the 128 variants in which each fix is either before or after."""
    return [variant_of(fix for fix in Fix if mask >> (fix - 1) & 1) for mask in range(2 ** len(Fix))]
