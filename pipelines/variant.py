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
    BY_DEFAULT = "by_default"  # of fix 7: the first of the two ways that the description offers, alone
    BY_RSS = "by_rss"  # of fix 7: the second way alone, made effective


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

FORMS_OF_ONE = {Form.BY_DEFAULT: Fix.SMALLER_BATCHES, Form.BY_RSS: Fix.SMALLER_BATCHES}
"""Forms that one fix alone has; in a variant of that form all other fixes take the effective one."""

NAMES_HELP = (
    "sequential, baseline, all, bounded, fix-N, fix-N+M, without-N, upto-N; -as-written after fix-N or all, "
    "-by-default or -by-rss where fix 7 is among them; then +REMEDY"
)


class UnknownVariantError(ValueError):
    """A name is not one of the variants; the message says which names are."""


class Variant(NamedTuple):
    """Which form each fix takes.

    `sequential` is the system before it became parallel, where no fix applies; `bounded` goes beyond all of them.
    """

    forms: tuple[Form, ...]  # in the order of the fixes
    sequential: bool = False
    bounded: bool = False  # beyond the seven: the scraped identifiers are kept in the CMS
    remedies: tuple[str, ...] = ()  # beyond the seven: names of files in remedies/, sorted

    def form(self, fix: Fix) -> Form:
        """The form that one fix takes."""
        return self.forms[fix - 1]

    def __str__(self) -> str:
        """The canonical name; `parse_variant` reads it back."""
        fixes = self._fixes()
        return "+".join([*([] if self.remedies and fixes == "baseline" else [fixes]), *self.remedies])

    def _fixes(self) -> str:
        if self.sequential:
            return "sequential"
        if self.bounded:
            return "bounded"
        changed = [fix for fix in Fix if self.form(fix) is not Form.BEFORE]
        if not changed:
            return "baseline"
        name = "all" if len(changed) == len(Fix) else "fix-" + "+".join(str(int(fix)) for fix in changed)
        other = next((form for form in self.forms if form not in {Form.BEFORE, Form.AFTER}), None)
        return f"{name}-{other.replace('_', '-')}" if other else name


def variant_of(fixes: Iterable[Fix], form: Form = Form.AFTER) -> Variant:
    """Make the variant in which the given fixes take `form` and all others stay as they were before."""
    chosen = frozenset(fixes)
    return Variant(tuple(_form_of(fix, form) if fix in chosen else Form.BEFORE for fix in Fix))


def _form_of(fix: Fix, form: Form) -> Form:
    sound = form is Form.AS_WRITTEN and fix in SOUND_AS_WRITTEN
    return Form.AFTER if sound or FORMS_OF_ONE.get(form, fix) is not fix else form


BASELINE = variant_of(())
ALL = variant_of(Fix)
SEQUENTIAL = Variant(BASELINE.forms, sequential=True)
BOUNDED = Variant(ALL.forms, bounded=True)

_FIXES = re.compile(r"(?:all|fix-([1-7](?:\+[1-7])*))(?:-(as-written|by-default|by-rss))?", re.ASCII)
_WITHOUT = re.compile(r"without-([1-7])", re.ASCII)
_UPTO = re.compile(r"upto-([1-7])", re.ASCII)


def parse_variant(name: str) -> Variant:
    """Read a variant's name: that of the fixes, of remedies, or both.

    Raises:
        UnknownVariantError: the name is none of those in `NAMES_HELP`.
    """
    fixes, remedies = name, []
    while (found := _parse_fixes(fixes)) is None and fixes:
        fixes, _, remedy = fixes.rpartition("+")
        remedies.append(remedy)
    if found is not None and not remedies:
        return found
    from membench.pipelines.remedies import remedy_names  # noqa: PLC0415 - only where there are any

    if not remedies or len(set(remedies)) < len(remedies) or not set(remedies) <= set(remedy_names()):
        raise UnknownVariantError(
            f"No variant named {name!r}. Known: {NAMES_HELP} (N and M from 1 to 7). "
            f"Remedies: {', '.join(remedy_names())}."
        )
    return (found or BASELINE)._replace(remedies=tuple(sorted(remedies)))


def _parse_fixes(name: str) -> Variant | None:
    fixed = {"sequential": SEQUENTIAL, "baseline": BASELINE, "bounded": BOUNDED}
    if name in fixed:
        return fixed[name]
    if match := _WITHOUT.fullmatch(name):
        return variant_of(fix for fix in Fix if fix != int(match[1]))
    if match := _UPTO.fullmatch(name):
        return variant_of(PRIORITY[: int(match[1])])
    if match := _FIXES.fullmatch(name):
        numbers = [Fix(int(number)) for number in match[1].split("+")] if match[1] else list(Fix)
        form = Form(match[2].replace("-", "_")) if match[2] else Form.AFTER
        if len(set(numbers)) == len(numbers) and FORMS_OF_ONE.get(form, numbers[0]) in numbers:
            return variant_of(numbers, form)
    return None


def all_combinations() -> list[Variant]:
    """List the 128 variants in which each fix is either before or after."""
    return [variant_of(fix for fix in Fix if mask >> (fix - 1) & 1) for mask in range(2 ** len(Fix))]
