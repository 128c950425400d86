"""The index holds what the documents say, however often and in whatever order they come."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_results import results, sample
from stored_runs import MIB, peaks, store

from membench.harness.errors import UnreadableInputError
from membench.harness.gate.baseline import promote
from membench.harness.history.index.database import Database, open_database
from membench.harness.history.index.parquet import write_parquet
from membench.harness.history.index.synchronising import synchronise
from membench.harness.history.reading import index_of, read_history
from membench.harness.store.results import read_results, write_results_file

TABLES = ("runs", "series", "points", "changes", "documents")


def content(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Give what is in the index, without the numbers of its rows."""
    queries = {
        "runs": "SELECT digest, label, place, branch, dirty FROM runs ORDER BY digest",
        "points": "SELECT s.scenario, s.variant, r.digest, p.peak_bytes, p.low_bytes, p.high_bytes FROM points p"
        " JOIN series s ON s.id = p.series_id JOIN runs r ON r.id = p.run_id ORDER BY 1, 2, 3",
        "changes": "SELECT s.scenario, s.variant, r.digest, f.digest FROM changes c JOIN series s ON s.id = c.series_id"
        " JOIN runs r ON r.id = c.run_id JOIN runs f ON f.id = c.found_run_id ORDER BY 1, 2, 3",
    }
    return {name: list(database.rows(query)) for name, query in queries.items()}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "index.sqlite") as opened:
        yield opened


def test_what_is_there_is_not_taken_in_again(tmp_path: Path, database: Database) -> None:
    peaks(tmp_path / "runs", *[60 * MIB] * 6, 62 * MIB)
    first = synchronise(database, tmp_path / "runs")
    before = content(database)
    again = synchronise(database, tmp_path / "runs")
    assert (first.added, first.changes, again.read, again.added, again.changes) == (7, 1, 0, 0, 0)
    assert content(database) == before


@pytest.mark.parametrize("order", [range(1, 13), range(12, 0, -1), [7, 2, 12, 1, 9, 3, 11, 4, 6, 5, 10, 8]])
def test_one_at_a_time_in_any_order_is_as_all_at_once(tmp_path: Path, database: Database, order: list[int]) -> None:
    whole, part = tmp_path / "whole", tmp_path / "part"
    peaks(whole, *[60 * MIB] * 6, *[62 * MIB] * 6)
    for day in order:
        shutil.copytree(whole / f"run-{day:02d}", part / f"run-{day:02d}")
        synchronise(database, part)
    with open_database(":memory:") as fresh:
        synchronise(fresh, whole)
        assert content(database) == content(fresh)


def test_a_file_that_changed_takes_the_place_of_its_run_and_one_that_is_gone_goes(
    tmp_path: Path, database: Database
) -> None:
    peaks(tmp_path / "runs", 60 * MIB, 61 * MIB, 62 * MIB)
    synchronise(database, tmp_path / "runs")
    store(tmp_path / "runs" / "run-01", 1, sample(peaks=(5 * MIB,)))
    os.utime(tmp_path / "runs" / "run-01" / "results.json", (1, 1))
    shutil.rmtree(tmp_path / "runs" / "run-02")
    done = synchronise(database, tmp_path / "runs")
    assert (done.read, done.added, done.removed) == (1, 1, 1)
    assert sorted(row[3] for row in content(database)["points"]) == [5 * MIB, 62 * MIB]


def test_a_baseline_is_no_run_and_its_promotions_are_kept(tmp_path: Path, database: Database) -> None:
    from datetime import UTC, datetime

    peaks(tmp_path / "runs", 60 * MIB, 60 * MIB)
    run = read_results(tmp_path / "runs" / "run-01" / "results.json")
    baseline = promote(run, None, reason="the first", by="somebody", at=datetime(2026, 1, 3, tzinfo=UTC))
    write_results_file(baseline, tmp_path / "runs" / "baseline.json")
    assert synchronise(database, tmp_path / "runs").added == 2
    assert list(database.rows("SELECT reason, promoter, to_bytes FROM promotions")) == [
        ("the first", "somebody", 60 * MIB)
    ]


def test_a_hostile_name_is_only_a_name(tmp_path: Path, database: Database) -> None:
    name = "'; DROP TABLE runs; --\ud800\0"
    document = json.loads(store(tmp_path / "runs" / "a", 1, sample("<b>")).read_text())
    document["samples"][0]["scenario"] = name
    (tmp_path / "runs" / "a" / "results.json").write_text(json.dumps(document))
    assert synchronise(database, tmp_path / "runs").added == 1
    assert list(database.rows("SELECT scenario FROM series")) == [("'; DROP TABLE runs; --\\ud800\\x00",)]


def test_history_uses_the_index_of_the_folder_and_leaves_none_behind(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    peaks(runs, *[60 * MIB] * 6, 62 * MIB)
    expected = read_history(runs)
    assert not index_of(runs).exists()
    with open_database(index_of(runs)) as database:
        synchronise(database, runs)
    assert read_history(runs) == expected
    assert read_history(index_of(runs)).series == expected.series


def test_another_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    import sqlite3

    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()
    with pytest.raises(UnreadableInputError, match="database of something else"):
        open_database(other)
    (tmp_path / "text").write_text("no database, and more than a few bytes of it" * 50)
    with pytest.raises(UnreadableInputError, match=r"cannot be used|Cannot open"):
        open_database(tmp_path / "text")


def test_an_index_of_another_version_is_made_anew(tmp_path: Path) -> None:
    peaks(tmp_path / "runs", 60 * MIB)
    with open_database(tmp_path / "index.sqlite") as database:
        synchronise(database, tmp_path / "runs")
        database.run("UPDATE facts SET value = '0' WHERE name = 'version'")
    with open_database(tmp_path / "index.sqlite") as database:
        assert content(database)["runs"] == []
        assert synchronise(database, tmp_path / "runs").added == 1


def test_parquet_has_a_row_for_each_point(tmp_path: Path, database: Database) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pip install -e '.[parquet]'")
    store(
        tmp_path / "runs" / "a", 1, sample(peaks=(7, 5, 9)), sample("all", (), wall_seconds=(1.0,)), revision="c0ffee"
    )
    synchronise(database, tmp_path / "runs")
    write_parquet(database, tmp_path / "points.parquet")
    rows = parquet.read_table(tmp_path / "points.parquet").to_pylist()
    assert [(row["variant"], row["run"], row["peak_bytes"], row["low_bytes"], row["high_bytes"]) for row in rows] == [
        (results(sample()).samples[0].variant, "c0ffee", 7, 5, 9),
        ("all", "c0ffee", None, None, None),
    ]
