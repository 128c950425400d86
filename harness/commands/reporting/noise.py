"""Says how far unchanged repeats of the same workload differ: what lies below that is no finding."""

from collections.abc import Sequence

from membench.harness.model import Sample
from membench.harness.units import format_bytes


def noise_of(samples: Sequence[Sample]) -> tuple[str, ...]:
    """Name the largest spread of each meter, and how many samples could show one at all."""
    sentences: list[str] = []
    for meter in dict.fromkeys(sample.meter for sample in samples):
        own = [sample for sample in samples if sample.meter == meter]
        repeated = [sample for sample in own if len(sample.peak_bytes) > 1]
        if repeated:
            sentences.append(_largest(meter, repeated))
        if len(repeated) < len(own):
            sentences.append(
                f"{meter}: {len(own) - len(repeated)} of {len(own)} samples have fewer than two peaks, so nothing is "
                "known of their noise."
            )
    return tuple(sentences)


def _largest(meter: str, repeated: Sequence[Sample]) -> str:
    """Say it with the share of the peak, for a spread means little without it."""
    worst = max(repeated, key=lambda sample: sample.spread_bytes or 0)
    spread, peak = worst.spread_bytes or 0, worst.median_bytes or 0
    if not spread:
        where = f", in all {len(repeated)} samples" if len(repeated) > 1 else ""
        return f"{meter}: unchanged repeats gave the same peak to the byte{where}."
    same = sum(1 for sample in repeated if not sample.spread_bytes)
    share = f", {100 * spread / peak:.2f} % of its peak" if peak else ""
    return (
        f"{meter}: the largest spread of unchanged repeats is {format_bytes(spread)} "
        f"({worst.scenario}, {worst.variant}{share}); {same} of {len(repeated)} samples repeated to the byte."
    )
