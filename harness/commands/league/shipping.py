"""Says in which order to ship switches: each time the one that saves the most beside those already shipped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from membench.harness.attribution.shapley import NOTHING, Combination, Peaks

WORTH_SHIPPING_SHARE = 0.01
"""Of the peak with nothing shipped; a switch that saves less in every scenario is not shipped for its memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """One step: a switch, and what it does in each scenario."""

    switch: str
    saved_bytes: Mapping[str, int]  # beside those shipped before it
    peak_bytes: Mapping[str, int]  # with it and all before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipping:
    """What to ship, and what is left."""

    steps: tuple[Shipped, ...]
    rest: tuple[str, ...]  # not worth shipping for memory
    rest_saves_bytes: Mapping[str, int]  # all of them together, in each scenario


def shipping_of(switches: Sequence[str], peaks: Mapping[str, Peaks]) -> Shipping:
    """Ship as long as the next switch saves one part in a hundred anywhere.

    Args:
        switches: all of them; of two that save the same the first is shipped.
        peaks: for each scenario the peak of every combination.
    """
    shipped: Combination = NOTHING
    steps: list[Shipped] = []
    rest = list(switches)
    while rest:
        shares = {switch: _shares(peaks, shipped, switch) for switch in rest}
        best = max(rest, key=lambda switch: sum(shares[switch]))
        if max(shares[best]) < WORTH_SHIPPING_SHARE:
            break
        before, shipped = shipped, shipped | {best}
        rest.remove(best)
        steps.append(
            Shipped(
                switch=best,
                saved_bytes={name: of[before] - of[shipped] for name, of in peaks.items()},
                peak_bytes={name: of[shipped] for name, of in peaks.items()},
            )
        )
    every = frozenset(switches)
    return Shipping(
        steps=tuple(steps),
        rest=tuple(rest),
        rest_saves_bytes={name: of[shipped] - of[every] for name, of in peaks.items()},
    )


def _shares(peaks: Mapping[str, Peaks], shipped: Combination, switch: str) -> list[float]:
    """Tell for each scenario which share of its first peak a switch saves beside those shipped."""
    return [(of[shipped] - of[shipped | {switch}]) / of[NOTHING] for of in peaks.values()]
