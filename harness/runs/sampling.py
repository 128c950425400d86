"""Makes samples of readings."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from membench.harness.keys import Key
from membench.harness.model import MEASURED, PhaseSpan, Reading, Sample, Workload
from membench.harness.units import KIB, format_bytes

FEW_REPEATS = 4  # the fewest in each of two samples with which a rank test can reach 95 %
QUIET_SPREAD_BYTES = 64 * KIB

_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+), in (?P<function>.+)$', re.MULTILINE)
_NO_PLACE_OF_A_USER = (f"{Path(__file__).parents[1]}/", "<frozen ")
_INSTALLED = re.compile(r"/lib/python[\d.]+/")


def make_samples(workloads: Sequence[Workload], readings: Iterable[Reading]) -> tuple[Sample, ...]:
    """Group readings by workload and meter, in the order in which they first appear."""
    asked = {workload.key: workload for workload in workloads}
    groups: dict[Key, list[Reading]] = defaultdict(list)
    for reading in readings:
        groups[Key(reading.scenario, reading.variant, reading.meter)].append(reading)
    return tuple(_sample(group, asked[key.workload]) for key, group in groups.items())


def _sample(readings: Sequence[Reading], workload: Workload) -> Sample:
    first = readings[0]
    measured = [reading for reading in readings if reading.outcome in MEASURED and reading.peak_bytes is not None]
    middle = _middle(measured)
    sample = Sample(
        scenario=first.scenario,
        variant=first.variant,
        meter=first.meter,
        peak_bytes=tuple(reading.peak_bytes for reading in measured if reading.peak_bytes is not None),
        wall_seconds=tuple(reading.wall_seconds for reading in readings),
        outcomes=tuple(reading.outcome for reading in readings),
        digest=first.digest,
        phases=_phase_peaks(middle.phases) if middle else {},
        phase_spans=middle.phases if middle else (),
        timeline=middle.timeline if middle else None,
        expected_outcome=workload.expected_outcome,
        budget_bytes=workload.budget_bytes,
        source=middle.source if middle else "",
        call_sites=middle.call_sites if middle else (),
        commands=tuple(reading.command for reading in readings if reading.command),
        artifacts=tuple(artifact for reading in readings for artifact in reading.artifacts),
        failures=tuple(_failure(reading) for reading in readings if reading.outcome is not workload.expected_outcome),
        parameters=workload.varied,
        failed_peak_bytes=tuple(
            reading.peak_bytes
            for reading in readings
            if reading.outcome not in MEASURED and reading.peak_bytes is not None
        ),
    )
    return replace(sample, warnings=_warnings(sample))


def _middle(measured: Sequence[Reading]) -> Reading | None:
    """Pick the reading with the median peak."""
    ordered = sorted(measured, key=lambda reading: reading.peak_bytes or 0)
    return ordered[(len(ordered) - 1) // 2] if ordered else None


def _phase_peaks(spans: Iterable[PhaseSpan]) -> Mapping[str, int]:
    peaks: dict[str, int] = {}
    for span in spans:
        peaks[span.name] = max(peaks.get(span.name, 0), span.peak_bytes)
    return peaks


def _failure(reading: Reading) -> str:
    errors = reading.stderr_tail.strip()
    tail = errors.rpartition("\n")[2]
    return f"{reading.outcome} ({reading.detail}){': ' + tail if tail else ''}{_place(errors)}"


def _place(errors: str) -> str:
    """Name the innermost line of the user's own code in a traceback of Python; nothing where there is none."""
    frames = [frame for frame in _FRAME.finditer(errors) if not frame["file"].startswith(_NO_PLACE_OF_A_USER)]
    own = [frame for frame in frames if not _INSTALLED.search(frame["file"])]
    return f", at {Path(own[-1]['file']).name}:{own[-1]['line']} in {own[-1]['function']}" if own else ""


def _warnings(sample: Sample) -> tuple[str, ...]:
    caveats = (caveat for facts in sample.commands for caveat in facts.caveats)
    return (*_budget_warnings(sample), *_spread_warnings(sample), *dict.fromkeys(caveats))


def _budget_warnings(sample: Sample) -> tuple[str, ...]:
    if not sample.over_budget or sample.budget_bytes is None or sample.median_bytes is None:
        return ()
    over = format_bytes(sample.median_bytes - sample.budget_bytes)
    return (f"over its budget of {format_bytes(sample.budget_bytes)} by {over}",)


def _spread_warnings(sample: Sample) -> tuple[str, ...]:
    spread = sample.spread_bytes or 0
    if spread <= QUIET_SPREAD_BYTES:
        return ()
    few = f" and {FEW_REPEATS} are needed for an interval at 95 %" if len(sample.peak_bytes) < FEW_REPEATS else ""
    return (f"{len(sample.peak_bytes)} repeats differ by {format_bytes(spread)}{few}",)
