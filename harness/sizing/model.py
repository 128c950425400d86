"""What is measured for a size, and what comes of it."""

from collections.abc import Mapping
from typing import NamedTuple

from membench.harness.model import Outcome


class Point(NamedTuple):
    """One run under a limit, beside one without."""

    limit_bytes: int
    outcome: Outcome
    wall_seconds: float
    free_wall_seconds: float  # of the run without a limit just before
    stalled_seconds: float | None
    limit_hits: int | None
    major_faults: int | None
    refaults: int | None

    @property
    def slowdown(self) -> float:
        """Its time as a multiple of that of the run without a limit."""
        return self.wall_seconds / self.free_wall_seconds if self.free_wall_seconds else 1.0

    @property
    def stalled_share(self) -> float | None:
        """The share of its time in which something waited for memory; None where that is not told."""
        if self.stalled_seconds is None or not self.wall_seconds:
            return None
        return min(1.0, self.stalled_seconds / self.wall_seconds)


class Measured(NamedTuple):
    """All that was measured of one workload."""

    peaks_bytes: tuple[int, ...]
    floor_bytes: int
    points: tuple[Point, ...]  # from the floor upwards
    limit_kind: str  # cgroup-v1 or cgroup-v2
    read_from: str  # where the pressure was read


class Formula(NamedTuple):
    """Peak memory as a sum over the inputs."""

    intercept_bytes: float
    per: Mapping[str, float]
    low: Mapping[str, float]  # of each, at 95 %
    high: Mapping[str, float]
    measured: Mapping[str, tuple[float, float]]  # the range of each input
    largest_residual_bytes: float
    margin_bytes: float  # half of the 95 % interval of a single further peak, within the range
    straight: bool


class Size(NamedTuple):
    """What to ask for."""

    name: str
    request_bytes: int
    limit_bytes: int
    reasons: tuple[str, ...]
