"""All points of the index as one Parquet file, for DuckDB and others."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from membench.harness.errors import UnwritableOutputError, UsageError
from membench.harness.history.index.database import Database

_ROWS_AT_ONCE = 100_000
_COLUMNS = (
    "machine_class", "scenario", "variant", "meter", "run", "commit", "branch", "created", "place", "peak_bytes",
    "low_bytes", "high_bytes", "repeats",
)  # fmt: skip
_QUERY = (
    "SELECT k.key, s.scenario, s.variant, s.meter, r.label, r.commit_hash, r.branch, r.created, r.place, p.peak_bytes,"
    " p.low_bytes, p.high_bytes, p.repeats FROM points p JOIN series s ON s.id = p.series_id"
    " JOIN runs r ON r.id = p.run_id JOIN classes k ON k.id = s.class_id ORDER BY p.series_id, p.run_id"
)
_NUMBERS = frozenset({"place", "peak_bytes", "low_bytes", "high_bytes", "repeats"})


def write_parquet(database: Database, path: Path) -> None:
    """Write a row for each point, some 100,000 at a time; all of it or nothing.

    Raises:
        UsageError: pyarrow is not installed.
        UnwritableOutputError: the file cannot be written.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        from pyarrow import parquet  # noqa: PLC0415 - as above
    except ImportError as error:
        raise UsageError(
            "Parquet is written with pyarrow, which is not installed. Install it: pip install 'membench[parquet]'"
        ) from error
    schema = pa.schema([(name, pa.int64() if name in _NUMBERS else pa.string()) for name in _COLUMNS])
    part = path.with_name(f".{path.name}.part")
    try:
        with parquet.ParquetWriter(part, schema) as writer:
            rows = database.rows(_QUERY)
            for batch in _batches(rows):
                columns = [pa.array(column, type=field.type) for column, field in zip(batch, schema, strict=True)]
                writer.write_batch(pa.record_batch(columns, schema=schema))
        part.replace(path)
    except OSError as error:
        raise UnwritableOutputError(f"Cannot write {path}: {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)


def _batches(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Turn rows into columns, so many rows at a time."""
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        yield list(zip(*batch, strict=True))
