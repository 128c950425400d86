"""Compares with the document of an earlier session, and writes it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from membench.harness.errors import UsageError
from membench.harness.keys import Key
from membench.harness.model import Outcome, Reading, Results, Sample
from membench.harness.plugin.rows import Row, middle_of, results_of
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.store.results import read_results, write_results_file
from membench.harness.units import format_bytes, format_shift, parse_size

_PERCENT = re.compile(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*%\s*", re.ASCII)


def parse_thresholds(relative: str, absolute: str) -> Thresholds:
    """Read how far a peak may rise as it is written in pytest's settings.

    Raises:
        UsageError: one is not a share or a size.
    """
    share = _PERCENT.fullmatch(relative)
    if share is None:
        raise UsageError(f"membench_relative is {relative!r}, which is no share. Write a percentage, such as 5 %.")
    try:
        return Thresholds(relative=float(share[1]) / 100, absolute_bytes=parse_size(absolute))
    except UsageError as error:
        raise UsageError(f"membench_absolute: {error}") from error


class Baseline:
    """The peaks of an earlier session."""

    def __init__(self, path: Path, results: Results, thresholds: Thresholds) -> None:
        self._path = path
        self._results = results
        self._samples: Mapping[Key, Sample] = {sample.key: sample for sample in results.samples}
        self._thresholds = thresholds

    @classmethod
    def read(cls, path: Path, thresholds: Thresholds) -> "Baseline":
        """Read the document.

        Raises:
            UnreadableInputError: there is none, or it is not one of results.
        """
        return cls(path, read_results(path), thresholds)

    def growth_of(self, repeats: Sequence[Reading]) -> str:
        """Say how far the middle peak of some repeats has grown beyond what is let pass; "" where it has not."""
        reading = middle_of(repeats)
        base = self._median(reading)
        if base is None or reading.peak_bytes is None or reading.outcome is not Outcome.OK:
            return ""
        shift = reading.peak_bytes - base
        allowed = self._thresholds
        if shift <= allowed.allowed(base):
            return ""
        peak = "peak of" if len(repeats) == 1 else f"middle peak of {len(repeats)} repeats,"
        return (
            f"the {peak} {format_bytes(reading.peak_bytes)} lies {format_shift(shift)} above the baseline's "
            f"{format_bytes(base)} (let pass: {allowed.relative * 100:g} % and {format_bytes(allowed.absolute_bytes)})"
        )

    def knows(self, reading: Reading) -> bool:
        """Tell whether there is a figure to compare with."""
        return self._median(reading) is not None

    def notes(self, rows: Sequence[Row]) -> list[str]:
        """Say what could not be compared."""
        measured = {_key(row.reading) for row in rows}
        new = sum(not self.knows(row.reading) for row in rows)
        missing = [key for key in self._samples if key not in measured]
        notes = []
        if new:
            notes.append(f"{new} not in the baseline {self._path.name}: --membench-update takes them in")
        if missing:
            notes.append(f"{len(missing)} of the baseline not measured now, such as {'::'.join(missing[0].workload)}")
        if rows and self._results.environment.fingerprint != results_of(()).environment.fingerprint:
            notes.append("the baseline comes from another environment: the shift is not the program's alone")
        return notes

    def _median(self, reading: Reading) -> int | None:
        sample = self._samples.get(_key(reading))
        return sample.median_bytes if sample else None


def update_baseline(path: Path, rows: Iterable[Row]) -> int:
    """Write what passed into a baseline, beside what is in it already; give the number of samples taken in.

    Raises:
        UnreadableInputError: there is a file that is not one of results.
        OSError: it cannot be written.
    """
    fresh = results_of([row for row in rows if row.reading.outcome is Outcome.OK])
    taken = {sample.key for sample in fresh.samples}
    kept = [sample for sample in read_results(path).samples if sample.key not in taken] if path.exists() else []
    samples = sorted([*kept, *fresh.samples], key=lambda sample: sample.key)
    write_results_file(replace(fresh, samples=tuple(samples)), path)
    return len(taken)


def _key(reading: Reading) -> Key:
    return Key(reading.scenario, reading.variant, reading.meter)
