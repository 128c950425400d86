"""The CMS: a SQLite database in a scratch file, so that what a run has written can be checked."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from membench.pipelines.fixture import FIELDS, IDENTIFIER, Fixture, FixtureRef, ValidationRecord
from membench.pipelines.site import Team

CACHE_KIB = 256  # the described CMS is another machine: the less of it is in this process, the truer
ROWS_PER_READ = 100

_SCHEMA = f"""
CREATE TABLE teams (id TEXT PRIMARY KEY, name TEXT, url TEXT) WITHOUT ROWID;
CREATE TABLE fixtures ({", ".join(f"{field} TEXT" for field in FIELDS)}, PRIMARY KEY ({IDENTIFIER}));
CREATE TABLE validations (game_id TEXT PRIMARY KEY, valid INTEGER, status INTEGER) WITHOUT ROWID;
CREATE TABLE scraped (game_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""

TABLES = {"teams": "id", "fixtures": IDENTIFIER, "validations": "game_id"}
"""Each table of what a run puts out, with the column that orders it."""


def _upsert(table: str, columns: tuple[str, ...], key: str) -> str:
    updates = ", ".join(f"{column} = excluded.{column}" for column in columns if column != key)
    places = ", ".join(f":{column}" for column in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places}) "  # noqa: S608 - names of this module
        f"ON CONFLICT ({key}) DO UPDATE SET {updates}"
    )


_UPSERT_TEAM = _upsert("teams", Team._fields, "id")
_UPSERT_FIXTURE = _upsert("fixtures", FIELDS, IDENTIFIER)
_UPSERT_VALIDATION = _upsert("validations", ("game_id", "valid", "status"), "game_id")


class Cms:
    """Teams, fixtures and validations. Writing a row again replaces it, so retries neither lose nor double."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        # A scratch file that nobody reads after a power cut: waiting for the disk would measure the disk.
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("PRAGMA journal_mode = TRUNCATE")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def upsert_teams(self, teams: Iterable[Team]) -> None:
        """Write teams in one transaction."""
        self._write(_UPSERT_TEAM, (team._asdict() for team in teams))

    def upsert_fixtures(self, fixtures: Iterable[Fixture]) -> None:
        """Write fixtures in one transaction; a field that a fixture lacks becomes NULL."""
        self._write(_UPSERT_FIXTURE, ({field: fixture.get(field) for field in FIELDS} for fixture in fixtures))

    def save_validation(self, record: ValidationRecord) -> None:
        """Write one validation."""
        self._write(_UPSERT_VALIDATION, (record,))

    def add_scraped(self, ids: Iterable[str]) -> None:
        """Keep the identifiers of fixtures that were scraped."""
        self._write("INSERT OR IGNORE INTO scraped (game_id) VALUES (:game_id)", ({"game_id": one} for one in ids))

    def is_scraped(self, game_id: object) -> bool:
        """Tell whether an identifier is among those kept by `add_scraped`."""
        found = self._connection.execute("SELECT 1 FROM scraped WHERE game_id = ?", (game_id,))
        return found.fetchone() is not None

    def scraped(self) -> Iterator[str]:
        """Give the identifiers kept by `add_scraped` in order, reading a few at a time."""
        return (row[0] for row in self._read("scraped", "game_id", key="game_id"))

    def _write(self, statement: str, rows: Iterable[dict[str, object]]) -> None:
        with self._connection:
            self._connection.execute("BEGIN")
            self._connection.executemany(statement, rows)

    def teams(self) -> Iterator[Team]:
        """Give all teams by identifier, reading a few at a time."""
        return (Team(*row) for row in self._read("teams", "id, name, url"))

    def fixtures(self) -> Iterator[FixtureRef]:
        """Give all fixtures by identifier as references, reading a few at a time."""
        return (FixtureRef(*row) for row in self._read("fixtures", f"{IDENTIFIER}, url"))

    def rows(self, table: str) -> Iterator[tuple[object, ...]]:
        """Give all rows of one of the `TABLES` in order."""
        return self._read(table, "*")

    def _read(self, table: str, columns: str, key: str = "") -> Iterator[tuple[Any, ...]]:
        # By key and not with one open cursor: rows may be written between two reads.
        key = key or TABLES[table]
        statement = f"SELECT {key}, {columns} FROM {table} WHERE {key} > ? ORDER BY {key} LIMIT {ROWS_PER_READ}"  # noqa: S608 - names of this module
        last = ""
        while rows := self._connection.execute(statement, (last,)).fetchall():
            for row in rows:
                yield row[1:]
            last = rows[-1][0]
