"""Divides a saving among the switches that made it: exactly, from a peak for every combination of them.

The Shapley value is the only division that adds up to the whole, gives equal switches equal shares and idle ones
nothing (Shapley, A Value for n-Person Games, 1953). Peaks are maxima: a switch may save much alone and nothing beside
another, so what it saves first, what is lost without it, and its share are three different figures.

A combination is the frozen set of the switches that are on. A saving is the peak with all switches off minus the peak
of a combination: positive is less memory. All amounts are bytes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import combinations
from math import factorial
from random import Random

Combination = frozenset[str]
Peaks = Mapping[Combination, int]

MOST_FOR_FACTORIAL = 10
"""Switches up to which every combination is measured: 1,024 of them."""

NOTHING: Combination = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one switch saves, in four senses. None: a peak that it takes is not there."""

    switch: str
    alone_bytes: int | None  # against everything off
    leave_one_out_bytes: int | None  # what is lost when it alone is off
    cumulative_bytes: int | None  # when it joins those before it in the given order
    shapley_bytes: int | None  # its share of the whole


class InteractionKind(StrEnum):
    """What two switches are to each other."""

    REPLACE = "replace"  # what both save is saved only once
    NEED = "need"  # together they save more than apart
    INDEPENDENT = "independent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """What two switches save together beyond what each saves, averaged over what else is on.

    Negative: they replace each other. Positive: each needs the other. It is the Shapley interaction index (Grabisch
    and Roubens, 1999).
    """

    first: str
    second: str
    bytes: int

    def kind(self, noticeable_bytes: int) -> InteractionKind:
        """Tell what the two are to each other; below what is noticeable they are independent."""
        if abs(self.bytes) < noticeable_bytes:
            return InteractionKind.INDEPENDENT
        return InteractionKind.REPLACE if self.bytes < 0 else InteractionKind.NEED


def full_factorial(switches: Sequence[str]) -> list[Combination]:
    """List every combination, smaller ones first."""
    return [frozenset(chosen) for size in range(len(switches) + 1) for chosen in combinations(switches, size)]


def one_at_a_time(switches: Sequence[str]) -> list[Combination]:
    """List the combinations that `alone_bytes` takes."""
    return [NOTHING, *(frozenset({switch}) for switch in switches)]


def leave_one_out(switches: Sequence[str]) -> list[Combination]:
    """List the combinations that `leave_one_out_bytes` takes, and the one with everything off."""
    every = frozenset(switches)
    return [NOTHING, *(every - {switch} for switch in switches), every]


def cumulative(order: Sequence[str]) -> list[Combination]:
    """List the combinations that `cumulative_bytes` takes: one switch more in each."""
    return [frozenset(order[:count]) for count in range(len(order) + 1)]


def shares(switches: Sequence[str], order: Sequence[str], peaks: Peaks) -> list[Share]:
    """Compute what each switch saves, as far as the peaks are there.

    Args:
        switches: all of them, in the order to list them in.
        order: the same, in the order in which `cumulative_bytes` lets them join.
        peaks: the peak of each combination that was measured.
    """
    exact = shapley_values(switches, peaks)
    every = frozenset(switches)
    return [
        Share(
            switch=switch,
            alone_bytes=_saved(peaks, NOTHING, frozenset({switch})),
            leave_one_out_bytes=_saved(peaks, every - {switch}, every),
            cumulative_bytes=_saved_at(switch, order, peaks),
            shapley_bytes=exact[switch] if exact else None,
        )
        for switch in switches
    ]


def _saved(peaks: Peaks, without: Combination, within: Combination) -> int | None:
    there, here = peaks.get(without), peaks.get(within)
    return None if there is None or here is None else there - here


def shapley_values(switches: Sequence[str], peaks: Peaks) -> dict[str, int] | None:
    """Divide the whole saving; the values add up to it to the byte. None where a combination is missing."""
    if not _complete(switches, peaks):
        return None
    count = len(switches)
    weights = [Fraction(factorial(size) * factorial(count - size - 1), factorial(count)) for size in range(count)]
    exact = {
        switch: sum(
            (
                weights[len(rest)] * (peaks[rest] - peaks[rest | {switch}])
                for rest in full_factorial([other for other in switches if other != switch])
            ),
            Fraction(0),
        )
        for switch in switches
    }
    return _whole_bytes(exact)


def _complete(switches: Sequence[str], peaks: Peaks) -> bool:
    # Counted first: of thirty switches there are more combinations than can be listed.
    return len(peaks) >= 2 ** len(switches) and all(one in peaks for one in full_factorial(switches))


def _whole_bytes(exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Round so that the sum stays what it is: the largest remainders are rounded up."""
    floors = {switch: value.__floor__() for switch, value in exact.items()}
    left = int(sum(exact.values())) - sum(floors.values())
    by_remainder = sorted(exact, key=lambda switch: floors[switch] - exact[switch])
    return {switch: floors[switch] + (switch in by_remainder[:left]) for switch in exact}


def interactions(switches: Sequence[str], peaks: Peaks) -> list[Interaction]:
    """Compute the interaction of every pair; empty where a combination is missing."""
    if not _complete(switches, peaks):
        return []
    count = len(switches)
    found = []
    for first, second in combinations(switches, 2):
        rest = [switch for switch in switches if switch not in {first, second}]
        total = sum(
            (
                Fraction(factorial(len(others)) * factorial(count - len(others) - 2), factorial(count - 1))
                * _together(peaks, others, first, second)
                for others in full_factorial(rest)
            ),
            Fraction(0),
        )
        found.append(Interaction(first=first, second=second, bytes=round(total)))
    return found


def _together(peaks: Peaks, others: Combination, first: str, second: str) -> int:
    """Tell what two switches save beyond the sum of what each saves, given what else is on."""
    return peaks[others | {first}] + peaks[others | {second}] - peaks[others | {first, second}] - peaks[others]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledShare:
    """A Shapley value estimated from random orders, with a 95 % interval. None: a peak that it takes is not there."""

    switch: str
    shapley_bytes: int | None
    low_bytes: int | None
    high_bytes: int | None


def sampled_orders(switches: Sequence[str], pairs: int, seed: int = 0) -> list[tuple[str, ...]]:
    """Draw random orders, each followed by its reverse: what chance adds in the one it mostly takes in the other."""
    random = Random(seed)  # noqa: S311 - a sample, not a secret
    orders: list[tuple[str, ...]] = []
    for _ in range(pairs):
        drawn = tuple(random.sample(list(switches), len(switches)))
        orders += [drawn, drawn[::-1]]
    return orders


def combinations_of(orders: Iterable[Sequence[str]]) -> list[Combination]:
    """List the combinations that orders pass through, each once."""
    return list(dict.fromkeys(step for order in orders for step in cumulative(order)))


def estimate_shapley(
    switches: Sequence[str],
    orders: Sequence[Sequence[str]],
    peaks: Peaks,
    interval: Callable[[Sequence[float]], tuple[float, float]],
) -> list[SampledShare]:
    """Estimate each value as the mean saving over the orders (Castro, Gomez and Tejada, 2009).

    What the switches save in one order adds up to the whole, and so do the estimates, to the byte.

    Args:
        switches: all of them.
        orders: pairs of an order and its reverse (`sampled_orders`), at least two pairs.
        peaks: as many as there are; a switch that needs a missing one has no estimate.
        interval: gives the 95 % interval of a mean.
    """
    savings = {switch: [_saved_at(switch, order, peaks) for order in orders] for switch in switches}
    known = {switch: [saved for saved in found if saved is not None] for switch, found in savings.items()}
    means = {switch: Fraction(sum(found), len(orders)) for switch, found in known.items() if len(found) == len(orders)}
    whole = _whole_bytes(means) if len(means) == len(switches) else {switch: round(means[switch]) for switch in means}
    return [
        _estimate(switch, whole[switch], known[switch], interval)
        if switch in whole
        else SampledShare(switch=switch, shapley_bytes=None, low_bytes=None, high_bytes=None)
        for switch in switches
    ]


def _saved_at(switch: str, order: Sequence[str], peaks: Peaks) -> int | None:
    before = frozenset(order[: list(order).index(switch)])
    return _saved(peaks, before, before | {switch})


def _estimate(
    switch: str, value: int, savings: Sequence[int], interval: Callable[[Sequence[float]], tuple[float, float]]
) -> SampledShare:
    # An order and its reverse are not independent of each other; the means of the pairs are.
    low, high = interval([(there + back) / 2 for there, back in zip(savings[::2], savings[1::2], strict=True)])
    return SampledShare(
        switch=switch, shapley_bytes=value, low_bytes=min(round(low), value), high_bytes=max(round(high), value)
    )
