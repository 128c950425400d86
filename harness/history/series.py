"""Stored runs in the order of their commits: each workload's peak over them, and where it changed."""

from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from membench.harness.keys import Key
from membench.harness.model import Results
from membench.harness.store.plain import plain

DOCUMENT = "membench-history"
FORMAT_VERSION = 1  # 1: the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One stored run."""

    label: str  # the revision, or the name of the folder or file where the document has none
    created: str
    fingerprint: str  # of its environment
    path: str
    machine_class: str = ""  # its title: only runs of one class are compared
    commit: str = ""  # full hash; "" where it is not known
    subject: str = ""  # the first line of the commit's message


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A new level of one workload; the levels are the medians of the runs between two changes."""

    run: int  # index of the first run at the new level
    before_bytes: int
    after_bytes: int
    found_run: int | None = None  # index of the run that showed it: up to then it might have been chance

    @property
    def shift_bytes(self) -> int:
        """How far the level moved."""
        return self.after_bytes - self.before_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One workload under one meter on one class of machines, over all runs."""

    scenario: str
    variant: str
    meter: str
    peak_bytes: tuple[int | None, ...]  # one for each run; None where it is missing or failed
    changes: tuple[Change, ...]
    machine_class: str = ""  # its title

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
    """All stored runs of a folder, in the order of their commits, or of their dates where no commits are known."""

    runs: tuple[Run, ...]
    series: tuple[Series, ...]
    newest: Results  # the newest sample of each workload
    warnings: tuple[str, ...]
    by_commit: bool = field(default=False)  # whether a repository gave the order

    @property
    def breaks(self) -> tuple[int, ...]:
        """The runs whose environment is not that of the run before."""
        pairs = enumerate(pairwise(self.runs), start=1)
        return tuple(index for index, (one, two) in pairs if one.fingerprint != two.fingerprint)

    def document(self) -> dict[str, Any]:
        """Make the JSON document."""
        return {
            "format": DOCUMENT,
            "format_version": FORMAT_VERSION,
            "by_commit": self.by_commit,
            "runs": [asdict(run) for run in self.runs],
            "series": [_series_document(series) for series in self.series],
            "warnings": list(self.warnings),
        }


def _series_document(series: Series) -> dict[str, Any]:
    document: dict[str, Any] = plain(asdict(series))
    document["changes"] = [asdict(change) | {"shift_bytes": change.shift_bytes} for change in series.changes]
    return document
