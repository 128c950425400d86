"""Says in words why several instruments give several figures for the same program."""

from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from membench.harness.meters import load_meter, meter_names
from membench.harness.model import Sample
from membench.harness.units import KIB, format_bytes

RSS, TREE, HEAP, PYTHON = "peak_rss", "peak_tree", "memray", "tracemalloc"

AGREE_BYTES = 64 * KIB
"""Below this two instruments say the same: each has a process of its own, and none is exact about the other's."""


class _Difference(NamedTuple):
    larger: str
    smaller: str
    more: str  # what is in the first and not in the second
    less: str  # why it may be the other way round


_DIFFERENCES = (
    _Difference(
        RSS,
        TREE,
        "pages of mapped files (the interpreter and its libraries), which the tree's figure leaves out",
        "processes that ran at the same time, of which peak_rss counts the largest alone",
    ),
    _Difference(
        RSS,
        HEAP,
        "the interpreter and its libraries, stacks, and what the allocator holds beyond what was asked for",
        "memory that was asked for and not yet written to, which is not resident",
    ),
    _Difference(
        HEAP,
        PYTHON,
        "memory that did not pass through Python's allocators",
        "each has trials of its own, and the program held less in those under memray",
    ),
)


def instrument_notes(samples: Sequence[Sample]) -> tuple[str, ...]:
    """Say what each meter reads, what lies between them, and what an instrument did to the process."""
    return (*_readings(samples), *_differences(samples), *_overheads(samples))


def _readings(samples: Sequence[Sample]) -> Iterable[str]:
    for meter in dict.fromkeys(sample.meter for sample in samples):
        if meter in meter_names():
            source = next((sample.source for sample in samples if sample.meter == meter and sample.source), "")
            yield f"{meter}: {load_meter(meter).METER.summary}{f' ({source})' if source else ''}"


def _differences(samples: Sequence[Sample]) -> Iterable[str]:
    for larger, smaller, more, less in _DIFFERENCES:
        gaps = [there - here for here, there in _pairs(samples, smaller, larger)]
        above, below = [gap for gap in gaps if gap >= AGREE_BYTES], [-gap for gap in gaps if gap <= -AGREE_BYTES]
        if above:
            yield f"{larger} less {smaller} is {_range(above)}: {more}"
        if below:
            yield f"{smaller} less {larger} is {_range(below)}: {less}"
        if gaps and not above and not below:
            yield f"{larger} and {smaller} agree within {format_bytes(max(map(abs, gaps)))}"


def _overheads(samples: Sequence[Sample]) -> Iterable[str]:
    """Compare what a process held under an instrument with what it holds without: figures of one are not another's."""
    for meter in (HEAP, PYTHON):
        held = [
            max(under.timeline.rss_bytes) - _held(plain, plain.median_bytes)
            for under in samples
            for plain in samples
            if under.meter == meter and plain.meter == RSS and under.variant == plain.variant
            if under.timeline is not None and under.timeline.rss_bytes and plain.median_bytes is not None
        ]
        slower = [
            median(under.wall_seconds) / median(plain.wall_seconds)
            for under in samples
            for plain in samples
            if under.meter == meter and plain.meter == RSS and under.variant == plain.variant
            if under.wall_seconds and plain.wall_seconds and median(plain.wall_seconds) > 0
        ]
        if held and slower:
            yield (
                f"under {meter} the process itself held {_range(held)} more and took {median(slower):.1f} times as "
                "long: an instrument changes what it measures, so each has a process of its own"
            )


def _held(plain: Sample, peak_bytes: int) -> int:
    """Give the most that a process has held, a set-up included: that is in a timeline too, but in no figure."""
    return max((peak_bytes, *(plain.timeline.rss_bytes if plain.timeline is not None else ())))


def _pairs(samples: Sequence[Sample], smaller: str, larger: str) -> list[tuple[int, int]]:
    peaks = {(sample.variant, sample.meter): sample.median_bytes for sample in samples}
    found = []
    for variant in dict.fromkeys(sample.variant for sample in samples):
        here, there = peaks.get((variant, smaller)), peaks.get((variant, larger))
        if here is not None and there is not None:
            found.append((here, there))
    return found


def _range(sizes: Sequence[int]) -> str:
    low, high = format_bytes(min(sizes)), format_bytes(max(sizes))
    return low if low == high else f"{low} to {high}"
