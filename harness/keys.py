"""The names that things are told apart by. All are tuples, so that they sort, hash and unpack as such."""

from enum import StrEnum
from typing import NamedTuple

Scalar = bool | int | float | str
"""A value of a parameter."""


def value_text(value: Scalar) -> str:
    """Write a value as it stands in a variant's name and in a command: booleans as TOML does, text without quotes."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class Side(StrEnum):
    """Which of two versions of the code a trial is of, where the same workload is measured in both."""

    BASE = "base"
    HEAD = "head"


class WorkloadKey(NamedTuple):
    """What tells a workload from all others of a suite."""

    scenario: str
    variant: str

    def __str__(self) -> str:
        """Write it as the command line takes it."""
        return f"{self.scenario}/{self.variant}"


class Key(NamedTuple):
    """What a sample is compared by."""

    scenario: str
    variant: str
    meter: str

    @property
    def workload(self) -> WorkloadKey:
        """The workload under this meter."""
        return WorkloadKey(self.scenario, self.variant)

    def __str__(self) -> str:
        """Write it in one word."""
        return "/".join(self)


class TrialKey(NamedTuple):
    """What tells a trial from all others of a run."""

    scenario: str
    variant: str
    meter: str
    repeat: int
    side: Side | None = None


class Switch(NamedTuple):
    """A part of a workload that can be on or off."""

    name: str  # by which it is asked for, such as `fix-5`
    title: str = ""  # what it is, such as `lower concurrency`; "" where the name says it all

    @property
    def heading(self) -> str:
        """The name as people say it: `fix 5`."""
        return self.name.replace("-", " ")

    def __str__(self) -> str:
        """Write it as the head of a line: `fix 5: lower concurrency`."""
        return f"{self.heading}: {self.title}" if self.title else self.heading

    @property
    def in_sentence(self) -> str:
        """The switch as a part of a sentence: `fix 5 (lower concurrency)`."""
        return f"{self.heading} ({self.title})" if self.title else self.heading
