"""The files of a folder of runs, and what the index keeps of each."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from membench.harness.errors import UnreadableInputError
from membench.harness.history.index.database import Database
from membench.harness.history.index.numbers import Numbers, storable
from membench.harness.history.machine_class import class_of
from membench.harness.model import Promotion, Results, Sample
from membench.harness.store.results import RESULTS_FILE, read_bytes, results_of

RESULTS, BASELINE, OTHER = "results", "baseline", "other"
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file of the folder."""

    path: str  # relative to the folder, with /
    size: int
    modified_ns: int


def find_documents(folder: Path) -> list[Found]:
    """List what may be a stored run: `*/results.json` and `*.json`.

    Raises:
        UnreadableInputError: there is no such folder.
    """
    if not folder.is_dir():
        raise UnreadableInputError(f"{folder} is no folder. Give the one that has a folder or a file for each run.")
    return list(_found(folder, sorted([*folder.glob(f"*/{RESULTS_FILE}"), *folder.glob("*.json")])))


def _found(folder: Path, paths: Iterable[Path]) -> Iterator[Found]:
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue  # gone meanwhile, or a link to nothing
        yield Found(path=path.relative_to(folder).as_posix(), size=status.st_size, modified_ns=status.st_mtime_ns)


class Ingest:
    """Puts documents into the index, each in a transaction of its own: whatever stops it, the next time goes on."""

    def __init__(self, database: Database, folder: Path, source: str) -> None:
        self._database = database
        self._folder = folder
        self._source = source
        self._numbers = Numbers(database)

    def stale(self, found: Sequence[Found]) -> tuple[list[Found], list[str]]:
        """Tell which files have to be read, and which paths are gone."""
        known = {
            path: (size, modified)
            for path, size, modified in self._database.rows(
                "SELECT path, size, modified_ns FROM documents WHERE source = ?", (self._source,)
            )
        }
        changed = [one for one in found if known.get(one.path) != (one.size, one.modified_ns)]
        return changed, sorted(known.keys() - {one.path for one in found})

    def forget(self, path: str) -> bool:
        """Take a file out of the index, and its run unless another file has the same content; tell whether it went."""
        row = self._database.one(
            "SELECT digest, kind FROM documents WHERE source = ? AND path = ?", (self._source, path)
        )
        if row is None:
            return False
        digest, kind = row
        self._database.run("DELETE FROM documents WHERE source = ? AND path = ?", (self._source, path))
        if self._database.one("SELECT 1 FROM documents WHERE digest = ?", (digest,)) is not None:
            return False
        if kind == BASELINE:
            self._database.run("DELETE FROM promotions WHERE digest = ?", (digest,))
        run = self._database.one("SELECT id, class_id FROM runs WHERE digest = ?", (digest,))
        if run is None:
            return False
        run_id, class_id = run
        # By series, as the points are clustered by it.
        self._database.run(
            "DELETE FROM points WHERE run_id = ? AND series_id IN (SELECT id FROM series WHERE class_id = ?)",
            (run_id, class_id),
        )
        self._database.run("DELETE FROM runs WHERE id = ?", (run_id,))
        self._database.run("DELETE FROM watches WHERE class_id = ?", (class_id,))
        return True

    def take(self, found: Found) -> bool:
        """Read a file and put it in; tell whether it is a run that was not there."""
        with self._database.transaction():
            self.forget(found.path)
            digest, kind, problem, added = "", OTHER, "", False
            try:
                content = read_bytes(self._folder / found.path)
                digest = hashlib.sha256(content).hexdigest()
                kind, added = self._kept(digest, content, found.path)
            except UnreadableInputError as error:
                problem = str(error)
            self._database.run(
                "INSERT INTO documents (source, path, size, modified_ns, digest, kind, problem) VALUES (?,?,?,?,?,?,?)",
                (self._source, found.path, found.size, found.modified_ns, digest, kind, problem),
            )
        return added

    def _kept(self, digest: str, content: bytes, path: str) -> tuple[str, bool]:
        same = self._database.one("SELECT kind FROM documents WHERE digest = ?", (digest,))
        if same is not None:
            return str(same[0]), False
        results = results_of(content, self._folder / path)
        if results.history:
            self._promotions(digest, results.history)
            return BASELINE, False
        self._run(digest, results, path)
        return RESULTS, True

    def _run(self, digest: str, results: Results, path: str) -> None:
        instant = _instant(results.created, self._folder / path)
        class_id = self._numbers.of_class(class_of(results.environment))
        self._database.run(
            "INSERT INTO runs (digest, class_id, label, revision, created, created_us, fingerprint, environment, place,"
            " branch, commit_hash, dirty) VALUES (?,?,?,?,?,?,?,?,-1,'','',0)",
            (
                digest,
                class_id,
                results.revision or _name(path),
                results.revision,
                results.created,
                round(instant.timestamp() * _MICROSECONDS),
                results.environment.fingerprint,
                json.dumps(asdict(results.environment)),
            ),
        )
        row = self._database.one("SELECT id FROM runs WHERE digest = ?", (digest,))
        assert row is not None, "a run that was put in is there"
        points: dict[int, tuple[object, ...]] = {}
        for sample in results.samples:
            series_id = self._numbers.of_series(class_id, sample.key)
            points.setdefault(series_id, (series_id, row[0], *_figures(sample)))
        self._database.many(
            "INSERT INTO points (series_id, run_id, peak_bytes, low_bytes, high_bytes, repeats) VALUES (?,?,?,?,?,?)",
            [points[series_id] for series_id in sorted(points)],
        )

    def _promotions(self, digest: str, promotions: Sequence[Promotion]) -> None:
        rows = {
            (number, change.scenario, change.variant, change.meter): (
                digest,
                number,
                *map(storable, (promotion.at, promotion.by, promotion.reason)),
                *map(storable, (change.scenario, change.variant, change.meter)),
                change.from_bytes,
                change.to_bytes,
            )
            for number, promotion in enumerate(promotions)
            for change in promotion.changes
        }
        self._database.many(
            "INSERT INTO promotions (digest, number, at, promoter, reason, scenario, variant, meter, from_bytes,"
            " to_bytes) VALUES (?,?,?,?,?,?,?,?,?,?)",
            list(rows.values()),
        )


def _figures(sample: Sample) -> tuple[int | None, int | None, int | None, int]:
    if sample.failed or not sample.peak_bytes:
        return None, None, None, len(sample.outcomes)
    return sample.median_bytes, min(sample.peak_bytes), max(sample.peak_bytes), len(sample.peak_bytes)


def _name(path: str) -> str:
    steps = Path(path)
    return steps.parent.name if steps.name == RESULTS_FILE and steps.parent.name else steps.stem


def _instant(created: str, path: Path) -> datetime:
    try:
        date = datetime.fromisoformat(created)
        date.timestamp()
    except (ValueError, OverflowError) as error:
        raise UnreadableInputError(f"{path} was created at {created[:40]!r}, which is no date.") from error
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
