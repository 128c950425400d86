"""Suites: where workloads come from, and what is to be told about them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from harness.commands.suites.story import Story
from harness.model import Results, Workload


class Suite(Protocol):
    """A set of workloads that belong together."""

    @property
    def name(self) -> str:
        """What `--suite` calls it."""
        ...

    @property
    def settings(self) -> Mapping[str, int]:
        """What the suite takes from the environment; figures under other settings are not comparable."""
        ...

    def workloads(self, scenarios: Sequence[str], variants: Sequence[str]) -> list[Workload]:
        """Give the workloads of scenarios in variants; where none are named, those of a run that names none.

        Raises:
            UsageError: a name is not one of this suite.
        """
        ...

    def stories(self, results: Results) -> Mapping[str, Story]:
        """Give the story of each scenario in the results, also of those that the suite does not know."""
        ...
