"""Why one side holds more than the other: all that was found, without a word about it. Sizes are bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

from membench.harness.explain.difference import Both, GrownPath
from membench.harness.explain.holding import HolderShift

LEAST_SHIFT_BYTES = 4096  # a page; what grew by less is not what moved a peak


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of a side's run; seconds since the start of its capture."""

    name: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFacts:
    """One of the two versions under the instruments."""

    label: str
    peak_bytes: int  # of the main process's heap
    end_bytes: int  # of what was held at the peak, what was still held at the end
    processes: int
    moments: tuple[tuple[float, int], ...] = ()  # seconds, heap
    phases: tuple[Phase, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def peak_seconds(self) -> float | None:
        """When the heap was largest, as far as its moments tell."""
        return max(self.moments, key=lambda moment: moment[1])[0] if self.moments else None

    @property
    def peak_phase(self) -> str:
        """The phase that the peak fell in; "" where there are none."""
        at = self.peak_seconds
        if at is None:
            return ""
        return next((phase.name for phase in self.phases if phase.start_seconds <= at <= phase.end_seconds), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The two sides, their call trees laid on each other, the paths that shifted, and who holds what."""

    workload: str
    base: SideFacts
    head: SideFacts
    tree: Both
    paths: Sequence[GrownPath]
    holders: Sequence[HolderShift] = ()
    native: bool = False
    warnings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # kept beside the page: captures, stacks for other tools

    @property
    def shift_bytes(self) -> int:
        """What the head's heap holds more at its peak, started processes included."""
        return self.tree.shift
