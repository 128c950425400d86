"""Suites: where workloads come from, and what is to be told about them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from membench.harness.keys import WorkloadKey
from membench.harness.model import Results, Workload
from membench.harness.suites.configuration import GateSettings
from membench.harness.suites.story import Story


class Suite(Protocol):
    """A set of workloads that belong together."""

    @property
    def name(self) -> str:
        """What `--suite` calls it."""
        ...

    @property
    def settings(self) -> Mapping[str, int | str]:
        """What the suite takes from the environment; figures under other settings are not comparable."""
        ...

    def workloads(self, scenarios: Sequence[str], variants: Sequence[str]) -> list[Workload]:
        """Give the workloads of scenarios in variants; where none are named, those of a run that names none.

        Raises:
            UsageError: a name is not one of this suite.
        """
        ...

    def prepare(self, workloads: Sequence[Workload]) -> list[Workload]:
        """Do what must be done before any of these is measured; give those that can be.

        Raises:
            UsageError: one of them is not there, or cannot be imported.
        """
        ...

    @property
    def gate(self) -> GateSettings:
        """What the gate allows."""
        ...

    def at(self, workloads: Sequence[Workload], checkout: Path, scratch: Path) -> list[Workload]:
        """Give the same workloads with the code under test taken from a checkout of the project.

        The scratch folder is there, empty, and for nobody else.

        Raises:
            UsageError: the checkout cannot have that code.
        """
        ...

    def defined_in(self, checkout: Path) -> set[WorkloadKey]:
        """Name the workloads that a checkout of the project defines, by scenario and variant."""
        ...

    def stories(self, results: Results) -> Mapping[str, Story]:
        """Give the story of each scenario in the results, also of those that the suite does not know."""
        ...
