"""Stored runs in the order of time: each workload's peak over them, and where it changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from membench.harness.errors import UnreadableInputError
from membench.harness.keys import Key
from membench.harness.model import Results, Sample
from membench.harness.statistics.change_points import find_changes
from membench.harness.store.merging import merge
from membench.harness.store.plain import plain
from membench.harness.store.results import RESULTS_FILE, read_results

DOCUMENT = "membench-history"
FORMAT_VERSION = 1  # 1: the first
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One stored run."""

    label: str  # the revision, or the name of the folder or file where the document has none
    created: str
    fingerprint: str  # of its environment: only runs that share it are compared
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A new level of one workload; the levels are the medians of the runs between two changes."""

    run: int  # index of the first run at the new level
    before_bytes: int
    after_bytes: int

    @property
    def shift_bytes(self) -> int:
        """How far the level moved."""
        return self.after_bytes - self.before_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One workload under one meter over all runs."""

    scenario: str
    variant: str
    meter: str
    peak_bytes: tuple[int | None, ...]  # one for each run; None where it is missing or failed
    changes: tuple[Change, ...]

    @property
    def key(self) -> Key:
        """What it is compared by."""
        return Key(self.scenario, self.variant, self.meter)

    @property
    def known(self) -> tuple[int, ...]:
        """The indices of the runs that have a peak."""
        return tuple(index for index, peak in enumerate(self.peak_bytes) if peak is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All stored runs of a folder, oldest first."""

    runs: tuple[Run, ...]
    series: tuple[Series, ...]
    newest: Results  # the newest sample of each workload
    warnings: tuple[str, ...]

    @property
    def breaks(self) -> tuple[int, ...]:
        """The runs whose environment is not that of the run before."""
        pairs = zip(self.runs, self.runs[1:], strict=False)
        return tuple(index for index, (one, two) in enumerate(pairs, start=1) if one.fingerprint != two.fingerprint)

    def document(self) -> dict[str, Any]:
        """Make the JSON document."""
        return {
            "format": DOCUMENT,
            "format_version": FORMAT_VERSION,
            "runs": [asdict(run) for run in self.runs],
            "series": [_series_document(series) for series in self.series],
            "warnings": list(self.warnings),
        }


def _series_document(series: Series) -> dict[str, Any]:
    document: dict[str, Any] = plain(asdict(series))
    document["changes"] = [asdict(change) | {"shift_bytes": change.shift_bytes} for change in series.changes]
    return document


def read_history(folder: Path) -> History:
    """Read every stored run of a folder: `*/results.json` and `*.json`.

    What is no results document is left out, with a warning.

    Raises:
        UnreadableInputError: there is no such folder, or no run in it.
        UsageError: the library that finds changes is not installed.
    """
    if not folder.is_dir():
        raise UnreadableInputError(f"{folder} is no folder. Give the one that has a folder or a file for each run.")
    dated: list[tuple[datetime, Run, Results]] = []
    warnings: list[str] = []
    for path in sorted([*folder.glob(f"*/{RESULTS_FILE}"), *folder.glob("*.json")]):
        try:
            results = read_results(path)
            dated.append((_date(results.created, path), _run(results, path), results))
        except UnreadableInputError as error:
            warnings.append(f"left out: {error}")
    if not dated:
        raise UnreadableInputError(
            f"No stored run was found in {folder}. Wanted: */{RESULTS_FILE} or *.json, as membench run --out writes."
        )
    dated.sort(key=lambda entry: (entry[0], entry[1].path))
    runs = [run for _, run, _ in dated]
    documents = [results for _, _, results in dated]
    series = _series(runs, documents)
    newest, _ = merge([(run.label, results) for run, results in zip(reversed(runs), reversed(documents), strict=True)])
    return History(runs=tuple(runs), series=series, newest=newest, warnings=(*warnings, *_warnings(runs, series)))


def _date(created: str, path: Path) -> datetime:
    try:
        date = datetime.fromisoformat(created)
    except ValueError as error:
        raise UnreadableInputError(f"{path} was created at {created[:40]!r}, which is no date.") from error
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _run(results: Results, path: Path) -> Run:
    name = path.parent.name if path.name == RESULTS_FILE else path.stem
    return Run(
        label=results.revision or name,
        created=results.created,
        fingerprint=results.environment.fingerprint,
        path=str(path),
    )


def _series(runs: Sequence[Run], documents: Sequence[Results]) -> tuple[Series, ...]:
    peaks: dict[Key, list[int | None]] = {}
    for index, results in enumerate(documents):
        for sample in results.samples:
            peaks.setdefault(sample.key, [None] * len(runs))[index] = _peak(sample)
    return tuple(
        Series(
            **key._asdict(),
            peak_bytes=tuple(own),
            changes=tuple(sorted(_changes(runs, own), key=lambda change: change.run)),
        )
        for key, own in peaks.items()
    )


def _peak(sample: Sample) -> int | None:
    return None if sample.failed else sample.median_bytes


def _changes(runs: Sequence[Run], peaks: Sequence[int | None]) -> Iterable[Change]:
    """Look for changes among the runs of each environment apart: two environments differ without any change."""
    for known in _by_environment(runs, peaks).values():
        indices, values = list(known), list(known.values())
        starts = find_changes(values)
        levels = [_level(values[start:end]) for start, end in zip([0, *starts], [*starts, len(values)], strict=True)]
        for start, before, after in zip(starts, levels, levels[1:], strict=False):
            yield Change(run=indices[start], before_bytes=before, after_bytes=after)


def _by_environment(runs: Sequence[Run], peaks: Sequence[int | None]) -> Mapping[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for index, (run, peak) in enumerate(zip(runs, peaks, strict=True)):
        if peak is not None:
            found.setdefault(run.fingerprint, {})[index] = peak
    return found


def _level(values: Sequence[int]) -> int:
    """Take the middle value, of an even number the lower one, so that it was really measured."""
    return sorted(values)[(len(values) - 1) // 2]


def _warnings(runs: Sequence[Run], series: Sequence[Series]) -> Iterable[str]:
    environments = len({run.fingerprint for run in runs})
    if environments > 1:
        yield f"the runs come from {environments} environments: peaks are compared within each of them only"
    gone = [f"{one.scenario}, {one.variant} ({one.meter})" for one in series if one.peak_bytes[-1] is None]
    if gone:
        more = f" and {len(gone) - _MOST_NAMED} more" if len(gone) > _MOST_NAMED else ""
        yield f"the newest run has no peak of {'; '.join(gone[:_MOST_NAMED])}{more}"
