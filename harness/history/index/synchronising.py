"""Brings an index up to date with a folder of documents and with the repository around it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from membench.harness.history.commits import MainLine, read_main_line
from membench.harness.history.index.database import Database
from membench.harness.history.index.documents import Found, Ingest, find_documents
from membench.harness.history.index.marking import mark_changes

_MICROSECONDS = 1_000_000
Progress = Callable[[int, int], None]
"""Told how many of how many files have been read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synchronised:
    """What was done."""

    read: int  # files that were new or other than before
    added: int  # runs
    removed: int  # runs whose files are gone
    changes: int  # of level that were found


def synchronise(
    database: Database, folder: Path, *, branch: str | None = None, source: str = "", progress: Progress | None = None
) -> Synchronised:
    """Take in what is new in a folder, take out what is gone, put all runs in the order of commits, mark changes.

    Args:
        database: the index.
        folder: has a folder with a results.json, or a JSON file, for each run.
        branch: the one whose commits are the order; None for the repository's main branch.
        source: tells several folders in one index apart; "" for the folder's own path.
        progress: is told how far it is.

    Raises:
        UnreadableInputError: there is no such folder, or the index cannot be used.
        UsageError: there is no such branch.
    """
    line = read_main_line(folder, branch) if folder.is_dir() else None
    source = source or str(folder.resolve())
    ingest = Ingest(database, folder, source)
    stale, gone = ingest.stale(find_documents(folder))
    added = _taken(ingest, stale, progress)
    with database.transaction():
        removed = sum(map(ingest.forget, gone))
        _place(database, line)
    return Synchronised(read=len(stale), added=added, removed=removed, changes=mark_changes(database))


def _taken(ingest: Ingest, stale: list[Found], progress: Progress | None) -> int:
    added = 0
    for number, found in enumerate(stale, start=1):
        added += ingest.take(found)
        if progress is not None:
            progress(number, len(stale))
    return added


def _place(database: Database, line: MainLine | None) -> None:
    """Give each run its place. Those that have one keep it, unless the line is no longer the one that it was."""
    commits = line.commits if line is not None else ()
    (kept,) = database.one("SELECT COUNT(*) FROM commits") or (0,)
    tip = database.one("SELECT hash FROM commits WHERE number = ?", (kept,))
    if kept > len(commits) or (kept and (tip is None or commits[kept - 1].hash != tip[0])) or (commits and not kept):
        database.run("DELETE FROM commits")
        database.run("UPDATE runs SET place = -1")
        kept = 0
    database.many(
        "INSERT INTO commits (number, hash, committed, author, subject) VALUES (?,?,?,?,?)",
        [
            (number, commit.hash, commit.committed, _text(commit.author), _text(commit.subject))
            for number, commit in enumerate(commits[kept:], start=kept + 1)
        ],
    )
    unplaced = list(database.rows("SELECT id, revision, created_us FROM runs WHERE place = -1"))
    for run_id, revision, created_us in unplaced:
        place = line.place(revision, created_us / _MICROSECONDS) if line is not None else None
        database.run(
            "UPDATE runs SET place = ?, branch = ?, commit_hash = ?, dirty = ? WHERE id = ?",
            (place.number, place.branch, place.commit, int(place.dirty), run_id) if place else (0, "", "", 0, run_id),
        )


def _text(text: str) -> str:
    return text.encode("utf-8", errors="backslashreplace").decode().replace("\0", "\\x00")
