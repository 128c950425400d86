"""What a suite knows of its variants beside how to run them; the report is made of it and of the samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from membench.harness.attribution.shapley import Combination
from membench.harness.keys import Switch
from membench.harness.model import Level, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a fix was said to save, and the variants that show what it saves."""

    fix: Switch
    claim: str
    unit: str
    low: float
    high: float
    alone: str  # the variant with this fix only
    as_written: str | None  # the same in the letter of its description, where that differs
    without: str | None = None  # the variant with all fixes but this one
    every: str | None = None  # the variant with all fixes
    loses: str = ""  # what the form as written loses
    measured: float | None = None  # where it is not a matter of two peaks
    phase: str = ""  # where the claim is about one phase: peaks are maxima, and another phase's may hide it
    leaves: str = ""  # the peak that was said to be left, in words


class Story(Protocol):
    """What is to be told about one scenario. A variant is named as it was asked for."""

    summary: str
    reference: str | None
    before: str | None
    after: str | None

    def role(self, variant: str) -> Role:
        """Tell the part that a variant plays."""
        ...

    def title(self, variant: str) -> str:
        """Say in words what a variant is."""
        ...

    def same(self, variant: str, other: str) -> bool:
        """Tell whether two names stand for the same variant."""
        ...

    @property
    def switches(self) -> Sequence[Switch]:
        """What can be on or off, in the order to list it in; empty if there is nothing."""
        ...

    @property
    def order(self) -> Sequence[str]:
        """All switches in the order of the steps."""
        ...

    def combination(self, variant: str) -> Combination | None:
        """Tell which switches are on in a variant; None where it is more or other than a combination of them."""
        ...

    @property
    def steps(self) -> Sequence[tuple[str, str]]:
        """The cumulative steps: a label and the variant that stands at the end of each."""
        ...

    @property
    def levels(self) -> Sequence[Level]:
        """Levels that are not measured, such as the memory of a machine."""
        ...

    @property
    def claims(self) -> Sequence[Claimed]:
        """What was claimed of the fixes."""
        ...


class PlainStory:
    """The story of a scenario of which nothing is known but its samples; implements `Story`."""

    summary = ""
    reference: str | None = None
    before: str | None = None
    after: str | None = None
    switches: Sequence[Switch] = ()
    order: Sequence[str] = ()
    steps: Sequence[tuple[str, str]] = ()
    levels: Sequence[Level] = ()
    claims: Sequence[Claimed] = ()

    def role(self, variant: str) -> Role:
        """Know no parts."""
        del variant
        return Role.OTHER

    def title(self, variant: str) -> str:
        """Know no words but the name."""
        return variant

    def same(self, variant: str, other: str) -> bool:
        """Tell whether the names are the same."""
        return variant == other

    def combination(self, variant: str) -> Combination | None:
        """Know no switches."""
        del variant
        return None
