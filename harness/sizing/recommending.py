"""From what was measured to a request and a limit, each step with its reason."""

from collections.abc import Iterator, Mapping

from membench.harness.sizing.formula import beyond, predict
from membench.harness.sizing.knee import MOST_STALLED, is_calm, knee
from membench.harness.sizing.model import Formula, Measured, Point, Size
from membench.harness.units import MIB, format_bytes

HEADROOM = 1.10  # of the limit above the request
_ROUNDED = ((128 * MIB, MIB), (1024 * MIB, 8 * MIB))
_COARSEST = 64 * MIB


def recommend(
    name: str, measured: Measured, formula: Formula | None = None, at: Mapping[str, float] | None = None
) -> Size:
    """Say what to ask for.

    Raises:
        UsageError: `at` does not fit the formula.
    """
    chosen = knee(measured.points) or measured.points[-1]
    spread = max(measured.peaks_bytes) - min(measured.peaks_bytes)
    request = chosen.limit_bytes + spread
    reasons = [*_reasons(measured, chosen, spread)]
    if formula is not None and at:
        request, why = _scaled(request, measured, formula, at)
        reasons.append(why)
    request = rounded(request)
    limit = rounded(round(request * HEADROOM))
    reasons.append(
        f"The request is the knee and the spread, {format_bytes(request)}; the limit leaves {HEADROOM - 1:.0%} above "
        "it for what these runs have not shown."
    )
    return Size(name, request, limit, tuple(reasons))


def rounded(size: int) -> int:
    """Round up, the coarser the larger."""
    step = next((step for below, step in _ROUNDED if size <= below), _COARSEST)
    return -(-size // step) * step


def _reasons(measured: Measured, chosen: Point, spread: int) -> Iterator[str]:
    peak = max(measured.peaks_bytes)
    yield (
        f"The peak of {len(measured.peaks_bytes)} runs without a limit was {format_bytes(peak)} (largest process, "
        f"resident), with a spread of {format_bytes(spread)}."
    )
    lowest = measured.points[0]
    yield (
        f"The floor is {format_bytes(measured.floor_bytes)} ({measured.limit_kind}): with less it does not finish. "
        f"There {described(lowest)}."
    )
    if is_calm(chosen):
        yield (
            f"The knee is {format_bytes(chosen.limit_bytes)}: from there on {described(chosen)}"
            f"{'' if chosen.stalled_seconds is None else f', and {MOST_STALLED:.0%} is let pass'}."
        )
    else:
        yield (
            f"No limit up to {format_bytes(chosen.limit_bytes)} was calm ({described(chosen)}): that one is taken, and "
            "more may be faster."
        )
    yield f"Pressure was read from {measured.read_from}."
    yield (
        "Pages of files that this machine had cached already are charged to whoever read them first, and so are in no "
        "figure here: leave room for them where the first run meets a cold cache."
    )


def described(point: Point) -> str:
    """Say how a limit held a program up."""
    share = point.stalled_share
    parts = [f"a run takes {point.slowdown:.2f} times as long as without a limit"]
    parts += [] if share is None else [f"waits for memory {share:.1%} of its time"]
    parts += [f"meets the limit {point.limit_hits:,} times"] if point.limit_hits else []
    parts += [f"reads {point.refaults:,} pages again"] if point.refaults else []
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _scaled(request: int, measured: Measured, formula: Formula, at: Mapping[str, float]) -> tuple[int, str]:
    expected = predict(formula, at)
    share = request / max(measured.peaks_bytes)
    where = ", ".join(f"{name} = {value:,g}" for name, value in at.items())
    outside = beyond(formula, at)
    warning = f" {', '.join(outside)} lies beyond what was measured: the line may bend there." if outside else ""
    why = f"For {where} the formula gives a peak of up to {format_bytes(expected)}; the knee lies at {share:.2f} of it."
    return round(expected * share), f"{why}{warning}"
