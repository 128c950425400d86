"""Workloads with parts that can be on or off, of which `membench attribute` says what each one saves."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from harness.attribution import Combination
from harness.model import Workload


class Switched(Protocol):
    """One workload and the switches that it has."""

    @property
    def scenario(self) -> str:
        """The name under which its samples are compared."""
        ...

    @property
    def switches(self) -> Mapping[str, str]:
        """The switches in the order to list them in, each with its name in words."""
        ...

    @property
    def order(self) -> Sequence[str]:
        """All switches in the order in which `cumulative` lets them join."""
        ...

    def claim(self, switch: str) -> str:
        """Say in words what a switch is said to save; empty where nothing is said."""
        ...

    def workload(self, combination: Combination) -> Workload:
        """Make the workload with these switches on and all others off."""
        ...
