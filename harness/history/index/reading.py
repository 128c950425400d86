"""What the index tells: runs in their order, series, points and changes."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from membench.harness.history.index.database import Database
from membench.harness.history.machine_class import MachineClass


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run of the index."""

    id: int
    class_id: int
    label: str
    revision: str
    created: str
    fingerprint: str
    environment: Mapping[str, Any]
    path: str  # of a file that has it, relative to the folder of the runs
    place: int  # number of its commit on the main line, or of the one that its branch left at
    branch: str  # "" for the main line
    commit: str
    subject: str
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSeries:
    """A series of the index, without its points."""

    id: int
    class_id: int
    scenario: str
    variant: str
    meter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The peak of one series in one run; None where a trial failed."""

    run_id: int
    peak_bytes: int | None
    low_bytes: int | None
    high_bytes: int | None
    repeats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChange:
    """A mark: the first run at the new level, and the one that showed it."""

    run_id: int
    found_run_id: int


def read_classes(database: Database) -> dict[int, MachineClass]:
    """Give the classes of machines by their numbers."""
    return {
        number: MachineClass(name=name, facts=json.loads(facts))
        for number, name, facts in database.rows("SELECT id, name, facts FROM classes ORDER BY id")
    }


def read_runs(database: Database) -> list[StoredRun]:
    """Give all runs in the order of their commits; those of branches stand at the commit where the branch left."""
    query = (
        "SELECT r.id, r.class_id, r.label, r.revision, r.created, r.fingerprint, r.environment,"
        " (SELECT MIN(d.path) FROM documents d WHERE d.digest = r.digest), r.place, r.branch, r.commit_hash,"
        " c.subject, c.author FROM runs r LEFT JOIN commits c ON r.branch = '' AND c.number = r.place"
        " AND c.hash = r.commit_hash ORDER BY r.place, r.dirty, r.created_us, r.id"
    )
    return [
        StoredRun(
            id=id_,
            class_id=class_id,
            label=label,
            revision=revision,
            created=created,
            fingerprint=fingerprint,
            environment=json.loads(environment),
            path=path or "",
            place=place,
            branch=branch,
            commit=commit,
            subject=subject or "",
            author=author or "",
        )
        for (
            id_, class_id, label, revision, created, fingerprint, environment, path, place, branch, commit, subject,
            author,
        ) in database.rows(query)
    ]  # fmt: skip


def read_series(database: Database) -> list[StoredSeries]:
    """Give all series, in the order in which they were first seen."""
    return [
        StoredSeries(id=id_, class_id=class_id, scenario=scenario, variant=variant, meter=meter)
        for id_, class_id, scenario, variant, meter in database.rows(
            "SELECT id, class_id, scenario, variant, meter FROM series ORDER BY id"
        )
    ]


def read_points(database: Database) -> Iterator[tuple[int, list[Point]]]:
    """Give the points of one series after the other, by the number of the series; only one is held at a time."""
    held: list[Point] = []
    present = None
    for series_id, run_id, peak, low, high, repeats in database.rows(
        "SELECT series_id, run_id, peak_bytes, low_bytes, high_bytes, repeats FROM points ORDER BY series_id, run_id"
    ):
        if series_id != present:
            if present is not None:
                yield present, held
            present, held = series_id, []
        held.append(Point(run_id=run_id, peak_bytes=peak, low_bytes=low, high_bytes=high, repeats=repeats))
    if present is not None:
        yield present, held


def read_changes(database: Database) -> dict[int, list[StoredChange]]:
    """Give the changes of each series that has some."""
    found: dict[int, list[StoredChange]] = defaultdict(list)
    for series_id, run_id, found_run_id in database.rows("SELECT series_id, run_id, found_run_id FROM changes"):
        found[series_id].append(StoredChange(run_id=run_id, found_run_id=found_run_id))
    return dict(found)


def read_problems(database: Database) -> list[str]:
    """Say which files were left out, and why."""
    return [
        problem
        for (problem,) in database.rows("SELECT problem FROM documents WHERE problem <> '' ORDER BY source, path")
    ]


def has_commits(database: Database) -> bool:
    """Tell whether a repository gave the order."""
    return database.one("SELECT 1 FROM commits LIMIT 1") is not None


def read_promotions(database: Database) -> list[tuple[tuple[str, str, str], dict[str, Any]]]:
    """Give the levels that were promoted into baselines: scenario, variant and meter, and what is known of each."""
    return [
        ((scenario, variant, meter), {"at": at, "by": by, "reason": reason, "to_bytes": to_bytes})
        for scenario, variant, meter, at, by, reason, to_bytes in database.rows(
            "SELECT scenario, variant, meter, at, promoter, reason, to_bytes FROM promotions ORDER BY at"
        )
    ]
