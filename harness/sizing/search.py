"""Finds the floor, and measures the pressure from there upwards until there is none."""

from collections.abc import Callable

from membench.harness.errors import MeasurementError
from membench.harness.kernel.pressure import Pressure, observed
from membench.harness.model import Outcome, Reading
from membench.harness.runs.limits import smallest_limit
from membench.harness.sizing.knee import is_calm
from membench.harness.sizing.model import Measured, Point
from membench.harness.units import MIB

STEPS = (1.0, 1.04, 1.08, 1.12, 1.2, 1.3, 1.45, 1.7, 2.0, 2.5, 3.0, 4.0)  # multiples of the floor
CALM_ENOUGH = 2  # calm points in a row that end the search
_ROOM = 1.25  # above the peak, for what a cgroup counts beside resident memory
_FINEST_SHARE = 128  # the floor is found to this part of the peak, and not finer than 1 MiB
_DOUBLINGS = 6

Run = Callable[[int | None], Reading]


def measure(run: Run, repeats: int, limit_kind: str) -> Measured:
    """Measure a workload that `run` runs once, under a limit or without.

    Raises:
        MeasurementError: it does not finish without a limit, or under any that was tried.
    """
    free = [_finished(run(None)) for _ in range(repeats)]
    peaks = tuple(reading.peak_bytes or 0 for reading in free)
    floor = _floor(run, max(peaks))
    points: list[Point] = []
    sources: list[str] = []
    step = max(MIB, floor // _FINEST_SHARE)
    for factor in STEPS:
        limit = -(-round(floor * factor) // step) * step
        if points and limit <= points[-1].limit_bytes:
            continue
        point, source = _point(run, limit)
        points.append(point)
        sources.append(source)
        if len(points) >= CALM_ENOUGH and all(map(is_calm, points[-CALM_ENOUGH:])):
            break
    return Measured(peaks, floor, tuple(points), limit_kind, sources[0])


def _finished(reading: Reading) -> Reading:
    if reading.outcome is not Outcome.OK or reading.peak_bytes is None:
        detail = f" ({reading.detail})" if reading.detail else ""
        raise MeasurementError(f"It does not finish without a limit either: {reading.outcome}{detail}.")
    return reading


def _floor(run: Run, peak_bytes: int) -> int:
    enough = round(peak_bytes * _ROOM) + MIB
    for _ in range(_DOUBLINGS):
        if run(enough).outcome is Outcome.OK:
            break
        enough *= 2
    else:
        raise MeasurementError(f"It does not finish under a limit of {enough // MIB} MiB either.")
    step = max(MIB, peak_bytes // _FINEST_SHARE)
    return smallest_limit(lambda limit: run(limit).outcome is Outcome.OK, fails_at=0, finishes_at=enough, step=step)


def _point(run: Run, limit: int) -> tuple[Point, str]:
    """Run once without a limit and once under it, one right after the other."""
    free = run(None)
    with observed() as found:
        reading = run(limit)
    pressure = found[-1] if found else Pressure(None, None, None, None, "nothing")
    point = Point(
        limit_bytes=limit,
        outcome=reading.outcome,
        wall_seconds=reading.wall_seconds,
        free_wall_seconds=free.wall_seconds,
        stalled_seconds=pressure.stalled_seconds,
        limit_hits=pressure.limit_hits,
        major_faults=pressure.major_faults,
        refaults=pressure.refaults,
    )
    return point, pressure.read_from
