"""Reads stored runs through an index, which is made in memory where there is none."""

from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from membench.harness.errors import UnreadableInputError
from membench.harness.history.index import reading
from membench.harness.history.index.database import POSTGRES, Database, open_database
from membench.harness.history.index.reading import Point, StoredChange, StoredRun
from membench.harness.history.index.synchronising import Progress, synchronise
from membench.harness.history.machine_class import other_differences
from membench.harness.history.series import Change, History, Run, Series
from membench.harness.model import Environment, Outcome, Results, Sample
from membench.harness.store.results import RESULTS_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

INDEX_FILE = "membench-index.sqlite"
_MOST_NAMED = 5


def index_of(folder: Path) -> Path:
    """Tell where the index of a folder of runs is, if it has one."""
    return folder / INDEX_FILE


@contextmanager
def opened_index(
    target: Path | str, *, branch: str | None = None, progress: Progress | None = None
) -> "Iterator[Database]":
    """Open the index of a folder, brought up to date; or one by its file or URL, as it is.

    A folder that has no index gets one in memory: reading leaves nothing behind.

    Raises:
        UnreadableInputError: there is no such folder or index.
        UsageError: there is no such branch.
    """
    if str(target).startswith(POSTGRES) or Path(target).is_file():
        with open_database(target) as database:
            yield database
        return
    folder = Path(target)
    path = index_of(folder)
    # Another branch is another order, and not the one that is kept.
    kept = path.is_file() and branch is None
    with open_database(path if kept else ":memory:") as database:
        synchronise(database, folder, branch=branch, progress=progress)
        yield database


def read_history(target: Path | str, *, branch: str | None = None, progress: Progress | None = None) -> History:
    """Read every stored run of a folder: `*/results.json` and `*.json`; or of an index.

    What is no results document is left out, with a warning. Runs on other branches than the main one are left out
    too: they are no part of its order.

    Raises:
        UnreadableInputError: there is no such folder or index, or no run in it.
        UsageError: there is no such branch.
    """
    with opened_index(target, branch=branch, progress=progress) as database:
        return history_of(database, target)


def history_of(database: Database, target: Path | str) -> History:
    """Read every stored run of an index that is open; `target` is what it is of.

    Raises:
        UnreadableInputError: there is no run in it.
    """
    all_runs = reading.read_runs(database)
    runs = [run for run in all_runs if not run.branch]
    if not runs:
        raise UnreadableInputError(
            f"No stored run was found in {target}. Wanted: */{RESULTS_FILE} or *.json, as membench run --out writes."
        )
    titles = {number: one.title for number, one in reading.read_classes(database).items()}
    series = tuple(_series(database, runs, titles))
    warnings = [f"left out: {problem}" for problem in reading.read_problems(database)]
    by_commit = reading.has_commits(database)
    warnings += _warnings(all_runs, runs, series, titles)
    return History(
        runs=tuple(_run(run, titles, target) for run in runs),
        series=series,
        newest=_newest(runs[-1], series),
        warnings=tuple(warnings),
        by_commit=by_commit,
    )


def level(peaks: Sequence[int]) -> int:
    """Take the middle value, of an even number the lower one, so that it was really measured."""
    return sorted(peaks)[(len(peaks) - 1) // 2]


def changes_of(places: Sequence[int], peaks: Sequence[int], starts: Sequence[tuple[int, int]]) -> Iterable[Change]:
    """Make the changes of a series, with the levels on both sides.

    Args:
        places: the index of the run of each peak, ascending.
        peaks: bytes.
        starts: of each change the run that begins the new level and the one that showed it, ascending.
    """
    if not peaks:
        return  # no run came to a figure
    position = {place: index for index, place in enumerate(places)}
    known = [(position[start], start, found) for start, found in starts if position.get(start)]
    cuts = [0, *(index for index, _, _ in known), len(peaks)]
    levels = [level(peaks[start:end]) for start, end in pairwise(cuts)]
    for (_, start, found), before, after in zip(known, levels, levels[1:], strict=False):
        yield Change(run=start, before_bytes=before, after_bytes=after, found_run=found)


def _run(run: StoredRun, titles: dict[int, str], target: Path | str) -> Run:
    folder = Path(target) if Path(target).is_dir() else Path()
    return Run(
        label=run.label,
        created=run.created,
        fingerprint=run.fingerprint,
        path=str(folder / run.path),
        machine_class=titles[run.class_id],
        commit=run.commit,
        subject=run.subject,
    )


def _series(database: Database, runs: Sequence[StoredRun], titles: dict[int, str]) -> Iterable[Series]:
    places = {run.id: place for place, run in enumerate(runs)}
    points = {series_id: _peaks(own, places) for series_id, own in reading.read_points(database)}
    changes = reading.read_changes(database)
    for one in reading.read_series(database):
        peaks = points.get(one.id)
        if peaks is None:
            continue  # its runs are gone
        yield Series(
            scenario=one.scenario,
            variant=one.variant,
            meter=one.meter,
            peak_bytes=peaks,
            changes=tuple(_changes(peaks, changes.get(one.id, ()), places)),
            machine_class=titles[one.class_id],
        )


def _peaks(points: Sequence[Point], places: dict[int, int]) -> tuple[int | None, ...]:
    peaks: list[int | None] = [None] * len(places)
    for point in points:
        if point.run_id in places:
            peaks[places[point.run_id]] = point.peak_bytes
    return tuple(peaks)


def _changes(peaks: Sequence[int | None], changes: Sequence[StoredChange], places: dict[int, int]) -> Iterable[Change]:
    known = [(place, peak) for place, peak in enumerate(peaks) if peak is not None]
    starts = sorted((places[change.run_id], places[change.found_run_id]) for change in changes)
    return changes_of([place for place, _ in known], [peak for _, peak in known], starts)


def _newest(run: StoredRun, series: Iterable[Series]) -> Results:
    """Make results of the newest peak of each workload: all that a story asks of them."""
    kept = {name: run.environment[name] for name in Environment.__dataclass_fields__ if name in run.environment}
    samples = {
        (one.scenario, one.variant, one.meter): Sample(
            scenario=one.scenario,
            variant=one.variant,
            meter=one.meter,
            peak_bytes=(one.peak_bytes[one.known[-1]] or 0,) if one.known else (),
            wall_seconds=(0.0,),
            outcomes=(Outcome.OK if one.known else Outcome.CRASHED,),
            digest=None,
            phases={},
        )
        for one in series
    }
    return Results(created=run.created, environment=Environment(**kept), samples=tuple(samples.values()))


def _warnings(
    all_runs: Sequence[StoredRun], runs: Sequence[StoredRun], series: Sequence[Series], titles: dict[int, str]
) -> Iterable[str]:
    if len(all_runs) > len(runs):
        branches = dict.fromkeys(run.branch for run in all_runs if run.branch)
        yield f"{len(all_runs) - len(runs)} runs on other branches are left out: {_some(list(branches))}"
    classes = {run.class_id for run in runs}
    if len(classes) > 1:
        named = _some([titles[number] for number in sorted(classes)])
        yield f"the runs come from {len(classes)} classes of machines, and are compared within each only: {named}"
    yield from _machine_warnings(runs)
    newest = titles[runs[-1].class_id]
    gone = [
        f"{one.scenario}, {one.variant} ({one.meter})"
        for one in series
        if one.peak_bytes[-1] is None and one.machine_class == newest
    ]
    if gone:
        yield f"the newest run has no peak of {_some(gone)}"


def _machine_warnings(runs: Sequence[StoredRun]) -> Iterable[str]:
    """Say where a machine differs from the one before it in its class: the series goes on, and may move for that."""
    last: dict[int, StoredRun] = {}
    moved = []
    for run in runs:
        before = last.get(run.class_id)
        found = other_differences(before.environment, run.environment) if before else []
        if found:
            moved.append(f"{run.label} ({'; '.join(found)})")
        last[run.class_id] = run
    if moved:
        yield f"the machine is another than before, of the same class, from {_some(moved)} on"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{'; '.join(names[:_MOST_NAMED])}{more}"
