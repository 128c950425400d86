"""How a peak grows with a size, compared between base and head. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from membench.harness.gate.verdicts import GateRow, Verdict
from membench.harness.keys import Key, value_text
from membench.harness.model import Sample
from membench.harness.statistics.line import FEWEST_POINTS, Line, fit_line

LARGEST_SIZE = 2**53  # beyond that a float does not hold every whole number, and a stored document may have any


def slope_rows(
    base: Mapping[Key, Sample], head: Mapping[Key, Sample], allowed: float, against: str
) -> Iterable[GateRow]:
    """Judge how the peak grows with the one number in which the variants of a scenario differ."""
    for (scenario, shape, meter), points in _series(head).items():
        then = _line([(size, base[key]) for size, key in points if key in base])
        now = _line([(size, head[key]) for size, key in points if key in base])
        if then is None or now is None:
            continue
        # From the upper end of the one to the lower end of the other: what curvature explains is no rise.
        rise = now.slope_low - then.slope_high
        text = f"{now.slope_bytes:,.1f} bytes for each, after {then.slope_bytes:,.1f}; {allowed:,.1f} more are allowed"
        yield GateRow(
            scenario=scenario,
            variant=f"slope of {shape}",
            meter=meter,
            against=against,
            verdict=Verdict.REGRESSION if rise > allowed else Verdict.PASS,
            reason=f"the peak grows with {shape} by {text}",
        )


def _series(samples: Mapping[Key, Sample]) -> dict[Key, list[tuple[int, Key]]]:
    """Find variants that differ in one whole number alone; what they share stands in the place of the variant."""
    series: dict[Key, list[tuple[int, Key]]] = {}
    for key, sample in samples.items():
        for name, value in sample.parameters.items():
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_SIZE:
                rest = [f"{other}={value_text(held)}" for other, held in sample.parameters.items() if other != name]
                series.setdefault(key._replace(variant=",".join([name, *rest])), []).append((value, key))
    return {shape: points for shape, points in series.items() if len({size for size, _ in points}) >= FEWEST_POINTS}


def _line(points: Sequence[tuple[int, Sample]]) -> Line | None:
    known = [(size, sample.median_bytes) for size, sample in points if sample.median_bytes is not None]
    if len({size for size, _ in known}) < FEWEST_POINTS:
        return None
    return fit_line([size for size, _ in known], [peak for _, peak in known])
