"""Plans which combinations of switches to measure, and divides the saving as far as their peaks go.

It knows switches by their names alone: what a switch is, and how a combination is run, is the caller's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from membench.harness.attribution import shapley
from membench.harness.attribution.shapley import (
    MOST_FOR_FACTORIAL,
    Combination,
    Interaction,
    Peaks,
    SampledShare,
    Share,
)
from membench.harness.errors import UsageError
from membench.harness.statistics.mean import mean_interval


class Design(StrEnum):
    """Which combinations are measured."""

    FACTORIAL = "factorial"  # all of them: every figure is exact
    ALONE = "alone"
    LEAVE_ONE_OUT = "leave-one-out"
    CUMULATIVE = "cumulative"
    SAMPLED = "sampled"  # those that random orders of joining pass through


FEWEST_ORDERS = 4  # two orders with their reverses: an interval takes two values


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The switches to tell apart, and the combinations to measure for it."""

    design: Design
    order: tuple[str, ...]  # all switches, in the order in which `cumulative` lets them join
    combinations: tuple[Combination, ...]
    orders: tuple[tuple[str, ...], ...] = ()  # of the sampled design, each followed by its reverse
    seed: int | None = None  # of the sampled design


def make_plan(
    order: Sequence[str], design: Design | None = None, *, orders: int = FEWEST_ORDERS, seed: int = 0
) -> Plan:
    """Choose the combinations.

    Args:
        order: the names of all switches, each once.
        design: None for the factorial one where the number of switches allows it, and else the sampled one.
        orders: how many random orders the sampled design draws, at least 4; an odd number becomes one more.
        seed: the same seed draws the same orders.

    Raises:
        UsageError: too many switches for every combination of them.
    """
    too_many = len(order) > MOST_FOR_FACTORIAL
    if too_many and design is Design.FACTORIAL:
        raise UsageError(
            f"{len(order)} switches have {2 ** len(order):,} combinations, and --design factorial takes at most "
            f"{MOST_FOR_FACTORIAL} switches. Name fewer with --switch, or use --design sampled."
        )
    design = design or (Design.SAMPLED if too_many else Design.FACTORIAL)
    if design is Design.SAMPLED:
        drawn = shapley.sampled_orders(order, (orders + 1) // 2, seed)
        combinations = shapley.combinations_of(drawn)
        return Plan(design=design, order=tuple(order), combinations=tuple(combinations), orders=tuple(drawn), seed=seed)
    return Plan(design=design, order=tuple(order), combinations=tuple(_combinations(order, design)))


def _combinations(order: Sequence[str], design: Design) -> list[Combination]:
    match design:
        case Design.ALONE:
            return shapley.one_at_a_time(order)
        case Design.LEAVE_ONE_OUT:
            return shapley.leave_one_out(order)
        case Design.CUMULATIVE:
            return shapley.cumulative(order)
        case _:
            return shapley.full_factorial(order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is said of one switch, in bytes saved. None: a peak that it takes is not there, or not planned."""

    switch: str
    alone_bytes: int | None
    leave_one_out_bytes: int | None
    cumulative_bytes: int | None
    shapley_bytes: int | None
    shapley_low_bytes: int | None  # the interval at 95 % where the share is an estimate
    shapley_high_bytes: int | None

    def amounts(self) -> dict[str, int | None]:
        """Give the figures by their names."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "switch"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """A saving divided among switches."""

    plan: Plan
    peaks: Peaks  # of the combinations that came to one

    @property
    def baseline_bytes(self) -> int | None:
        """The peak with every switch off."""
        return self.peaks.get(shapley.NOTHING)

    @property
    def all_bytes(self) -> int | None:
        """The peak with every switch on."""
        return self.peaks.get(frozenset(self.plan.order))

    @property
    def saved_bytes(self) -> int | None:
        """What all switches save together."""
        if self.baseline_bytes is None or self.all_bytes is None:
            return None
        return self.baseline_bytes - self.all_bytes

    def figures(self, switches: Sequence[str]) -> list[Figures]:
        """Compute what each switch saves; a share from sampled orders stands where there is no exact one."""
        estimates = {one.switch: one for one in self._estimates()}
        found = shapley.shares(switches, self.plan.order, self.peaks)
        return [_figures(share, estimates.get(share.switch)) for share in found]

    def interactions(self, switches: Sequence[str]) -> list[Interaction]:
        """Compute the interaction of every pair; empty where a combination is missing."""
        return shapley.interactions(switches, self.peaks)

    def incomplete(self, switches: Sequence[str]) -> Mapping[str, list[str]]:
        """Name the figures of each switch that the plan would have given and that a missing peak took away."""
        planned = Division(plan=self.plan, peaks=dict.fromkeys(self.plan.combinations, 0))
        lost = {
            here.switch: list(_lost(here, there))
            for here, there in zip(self.figures(switches), planned.figures(switches), strict=True)
        }
        return {switch: names for switch, names in lost.items() if names}

    def _estimates(self) -> list[SampledShare]:
        if not self.plan.orders:
            return []
        return shapley.estimate_shapley(self.plan.order, self.plan.orders, self.peaks, mean_interval)


def _figures(share: Share, estimate: SampledShare | None) -> Figures:
    sampled = estimate if share.shapley_bytes is None else None
    return Figures(
        switch=share.switch,
        alone_bytes=share.alone_bytes,
        leave_one_out_bytes=share.leave_one_out_bytes,
        cumulative_bytes=share.cumulative_bytes,
        shapley_bytes=sampled.shapley_bytes if sampled else share.shapley_bytes,
        shapley_low_bytes=sampled.low_bytes if sampled else None,
        shapley_high_bytes=sampled.high_bytes if sampled else None,
    )


def _lost(here: Figures, planned: Figures) -> Iterator[str]:
    there = planned.amounts()
    for name, amount in here.amounts().items():
        if amount is None and there[name] is not None:
            yield name
