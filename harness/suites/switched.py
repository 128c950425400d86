"""Workloads with parts that can be on or off, of which `membench attribute` says what each one saves."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from membench.harness.attribution.shapley import Combination
from membench.harness.keys import Switch
from membench.harness.model import Results, Role, Workload
from membench.harness.suites.story import PlainStory, Story


class Switched(Protocol):
    """One workload and the switches that it has."""

    @property
    def scenario(self) -> str:
        """The name under which its samples are compared."""
        ...

    @property
    def switches(self) -> Sequence[Switch]:
        """The switches in the order to list them in."""
        ...

    @property
    def further(self) -> Sequence[Switch]:
        """More switches, which join only where they are named."""
        ...

    @property
    def order(self) -> Sequence[str]:
        """All switches in the order in which `cumulative` lets them join."""
        ...

    def claim(self, switch: str) -> str:
        """Say in words what a switch is said to save; empty where nothing is said."""
        ...

    def story(self, results: Results) -> Story:
        """Say what is to be told of the results."""
        ...

    def workload(self, combination: Combination) -> Workload:
        """Make the workload with these switches on and all others off."""
        ...


class SwitchedStory(PlainStory):
    """The story of a workload of which nothing is known but its switches; implements `Story`."""

    def __init__(self, switches: Sequence[Switch], order: Sequence[str], variants: Mapping[str, Combination]) -> None:
        self.switches = switches
        self.order = order
        self._variants = variants

    def role(self, variant: str) -> Role:
        """Tell single switches, and nothing and everything, from other combinations."""
        combination = self.combination(variant)
        if combination is None:
            return Role.OTHER
        if not combination:
            return Role.BEFORE
        if combination == {switch.name for switch in self.switches}:
            return Role.AFTER
        return Role.SINGLE if len(combination) == 1 else Role.OTHER

    def title(self, variant: str) -> str:
        """Say which switches are on."""
        combination = self.combination(variant)
        if combination is None:
            return variant
        on = [str(switch) for switch in self.switches if switch.name in combination]
        return "everything" if len(on) == len(self.switches) else " and ".join(on) or "nothing"

    def combination(self, variant: str) -> Combination | None:
        """Tell which switches are on in a variant."""
        return self._variants.get(variant)
