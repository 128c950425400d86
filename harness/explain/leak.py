"""What was found about a leak, without a word about it. Sizes are bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

from membench.harness.explain.difference import GrownPath
from membench.harness.explain.holding import HolderShift
from membench.harness.explain.slope import LeakVerdict, Slope
from membench.harness.units import KIB

LIVE, RESIDENT = "live", "resident"
RESIDENT_LEAST_BYTES = 128 * KIB  # what malloc and the kernel take in steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """What was found about a workload that was called again and again."""

    workload: str
    calls: int
    slopes: dict[str, Slope]  # by meter: what Python has given out, what is resident
    paths: Sequence[GrownPath] = ()  # that hold more after twice as many calls; bytes of all these calls
    holders: Sequence[HolderShift] = ()
    more_calls: int = 0  # that paths and holders differ by
    failure: str = ""  # why there are no paths or no holders
    confirmed: bool = True  # by another number of calls

    @property
    def verdict(self) -> LeakVerdict:
        """A leak where either figure grows; none where neither does."""
        found = [slope.verdict for slope in self.slopes.values()]
        if LeakVerdict.LEAK in found:
            return LeakVerdict.LEAK if self.confirmed else LeakVerdict.UNDECIDED
        return LeakVerdict.UNDECIDED if LeakVerdict.UNDECIDED in found else LeakVerdict.NONE

    @property
    def meter(self) -> str:
        """The figure that tells: Python's own where it grows, since it is exact; else the one that does."""
        ordered = (LeakVerdict.LEAK, LeakVerdict.UNDECIDED, LeakVerdict.NONE)
        return min((LIVE, RESIDENT), key=lambda meter: ordered.index(self.slopes[meter].verdict))

    @property
    def slope(self) -> Slope:
        """The growth that is told."""
        return self.slopes[self.meter]

    @property
    def smallest_resident(self) -> float:
        """The growth per call from which on resident memory would have told, with so many calls."""
        return RESIDENT_LEAST_BYTES / (self.calls / 2)
