"""Keeps the marks of changes up to date: each class of machines has one watch over all of its series."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from membench.harness.history.index.database import Database

if TYPE_CHECKING:
    from membench.harness.statistics.change_points import ChangeWatch

_ORDER = "place, dirty, created_us, id"
_FEW_RUNS = 20  # more than that are read in one pass over all points


class _Run(NamedTuple):
    place: int
    dirty: int
    created_us: int
    id: int


def mark_changes(database: Database) -> int:
    """Judge the runs of each class that no watch has seen; where one came in between, judge all of its class anew.

    Only runs on the main line are judged. Returns the number of new marks.
    """
    classes = list(database.rows("SELECT id, facts FROM classes ORDER BY id"))
    return sum(_ClassMarks(database, class_id, _page_bytes(facts)).update() for class_id, facts in classes)


def _page_bytes(facts: str) -> int:
    import json  # noqa: PLC0415 - beside the other loading

    return int(json.loads(facts).get("page size", 4096))


class _ClassMarks:
    def __init__(self, database: Database, class_id: int, page_bytes: int) -> None:
        self._database = database
        self._class_id = class_id
        self._page = page_bytes
        self._series: dict[int, int] = {}  # the watch's number of each series
        self._ids: list[int] = []  # and back

    def update(self) -> int:
        runs = [
            _Run(*row)
            for row in self._database.rows(
                f"SELECT {_ORDER} FROM runs WHERE class_id = ? AND branch = '' ORDER BY {_ORDER}",  # noqa: S608 - a constant
                (self._class_id,),
            )
        ]
        last, state = self._kept()
        seen = [run.id for run in runs].index(last) + 1 if last in {run.id for run in runs} else 0
        counted = self._database.one("SELECT value FROM facts WHERE name = ?", (self._fact,))
        # A run that was put in between moves the place of the last one that was seen.
        if state is None or counted is None or int(counted[0]) != seen:
            seen = 0
        if seen == len(runs):
            return 0
        return self._judge(runs, seen, state if seen else None)

    @property
    def _fact(self) -> str:
        return f"seen {self._class_id}"

    def _kept(self) -> tuple[int, bytes | None]:
        row = self._database.one("SELECT run_id, state FROM watches WHERE class_id = ?", (self._class_id,))
        return (row[0], bytes(row[1])) if row else (0, None)

    def _judge(self, runs: Sequence[_Run], seen: int, state: bytes | None) -> int:
        from membench.harness.statistics.change_points import ChangeWatch  # noqa: PLC0415 - loads numpy

        watch = self._resumed(state) if state is not None else ChangeWatch(self._page)
        rows: list[tuple[int, int, int]] = []
        for run, points in self._points(runs[seen:]):
            numbers = {self._number(series): peak for series, peak in points}
            marks = watch.observe(run.id, list(numbers), list(numbers.values()))
            rows += [(self._ids[mark.series], mark.run, run.id) for mark in marks]
        with self._database.transaction():
            self._store(runs, seen, watch, rows)
        return len(rows)

    def _store(
        self, runs: Sequence[_Run], seen: int, watch: "ChangeWatch", rows: Sequence[tuple[int, int, int]]
    ) -> None:
        database = self._database
        if not seen:
            database.run(
                "DELETE FROM changes WHERE series_id IN (SELECT id FROM series WHERE class_id = ?)", (self._class_id,)
            )
        database.many(
            "INSERT INTO changes (series_id, run_id, found_run_id) VALUES (?,?,?) ON CONFLICT DO NOTHING", rows
        )
        database.run("DELETE FROM watches WHERE class_id = ?", (self._class_id,))
        if runs:
            database.run(
                "INSERT INTO watches (class_id, run_id, state) VALUES (?,?,?)",
                (self._class_id, runs[-1].id, self._packed(watch)),
            )
        database.run("DELETE FROM facts WHERE name = ?", (self._fact,))
        database.run("INSERT INTO facts (name, value) VALUES (?,?)", (self._fact, str(len(runs))))

    def _number(self, series: int) -> int:
        if series not in self._series:
            self._series[series] = len(self._ids)
            self._ids.append(series)
        return self._series[series]

    def _packed(self, watch: "ChangeWatch") -> bytes:
        import numpy as np  # noqa: PLC0415 - only where something was judged

        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, series=np.asarray(self._ids, dtype=np.int64), **watch.state())
        return buffer.getvalue()

    def _resumed(self, state: bytes) -> "ChangeWatch":
        import numpy as np  # noqa: PLC0415 - as above

        from membench.harness.statistics.change_points import ChangeWatch  # noqa: PLC0415 - as above

        with np.load(io.BytesIO(state), allow_pickle=False) as arrays:
            kept = {name: arrays[name] for name in arrays.files}
        self._ids = [int(series) for series in kept.pop("series")]
        self._series = {series: number for number, series in enumerate(self._ids)}
        return ChangeWatch.resumed(kept)

    def _points(self, runs: Sequence[_Run]) -> Iterator[tuple[_Run, list[tuple[int, int]]]]:
        if len(runs) <= _FEW_RUNS:
            for run in runs:
                yield run, list(self._points_of(run))
        else:
            yield from self._all_points(runs)

    def _points_of(self, run: _Run) -> Iterable[tuple[int, int]]:
        return (
            (series, peak)
            for series, peak in self._database.rows(
                "SELECT p.series_id, p.peak_bytes FROM series s JOIN points p ON p.series_id = s.id AND p.run_id = ?"
                " WHERE s.class_id = ? AND p.peak_bytes IS NOT NULL ORDER BY p.series_id",
                (run.id, self._class_id),
            )
        )

    def _all_points(self, runs: Sequence[_Run]) -> Iterator[tuple[_Run, list[tuple[int, int]]]]:
        """Turn the points, which are kept by series, into those of each run; eight bytes for each."""
        import numpy as np  # noqa: PLC0415 - as above

        column = {run.id: number for number, run in enumerate(runs)}
        table: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
        series_ids: list[int] = []
        for series, run_id, peak in self._database.rows(
            "SELECT p.series_id, p.run_id, p.peak_bytes FROM series s JOIN points p ON p.series_id = s.id"
            " WHERE s.class_id = ? AND p.peak_bytes IS NOT NULL ORDER BY p.series_id, p.run_id",
            (self._class_id,),
        ):
            if not series_ids or series_ids[-1] != series:
                series_ids.append(series)
                table.append(np.full(len(runs), -1, dtype=np.int64))
            if run_id in column:
                table[-1][column[run_id]] = peak
        for number, run in enumerate(runs):
            yield (
                run,
                [(series, int(row[number])) for series, row in zip(series_ids, table, strict=True) if row[number] >= 0],
            )
