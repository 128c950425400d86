"""`membench index`: keep an index over stored runs."""

from pathlib import Path

import click

from membench.harness.commands.terminal import options
from membench.harness.commands.terminal.documents import print_json
from membench.harness.commands.terminal.progress import counted_of
from membench.harness.errors import EXIT_OK
from membench.harness.history.index.database import open_database
from membench.harness.history.index.parquet import write_parquet
from membench.harness.history.index.reading import read_problems
from membench.harness.history.index.synchronising import Synchronised, synchronise
from membench.harness.history.reading import index_of
from membench.harness.store.files import writable_file


@click.command(name="index")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--database", metavar="URL", help="PostgreSQL instead of a file in DIR: postgresql://user@host/name.")
@click.option("--branch", metavar="NAME", help="Put the runs in the order of this branch's commits.  [default: main]")
@click.option(
    "--source", metavar="NAME", default="", help="Tells DIR apart where one database indexes several folders."
)
@click.option(
    "--parquet", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write all points there too."
)
@options.output_format()
def command(
    folder: Path, database: str | None, branch: str | None, source: str, parquet: Path | None, output_format: str
) -> int:
    """Keep an index over stored runs.

    The documents in DIR stay the truth; the index is made of them and of git, and can be deleted at any time. Only what
    is new or other than before is read, so a nightly job runs this after each membench run --out DIR/NAME.
    membench history and publish take DIR or the index.

    \b
    membench index runs
    membench index runs --database postgresql://membench@db/membench --source ci-large
    membench index runs --parquet points.parquet        for DuckDB, pandas or Polars
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    if parquet is not None:
        writable_file(parquet)
    target = database or str(index_of(folder))
    if database is None and folder.is_dir():
        writable_file(index_of(folder))
    with (
        open_database(target if folder.is_dir() else ":memory:") as opened,
        counted_of("reading runs") as progress,
    ):
        done = synchronise(opened, folder, branch=branch, source=source, progress=progress)
        problems = read_problems(opened)
        (runs,) = opened.one("SELECT COUNT(*) FROM runs") or (0,)
        if parquet is not None:
            write_parquet(opened, parquet)
        name = opened.name
    if output_format == "json":
        print_json(
            {
                "index": name,
                "runs": runs,
                "read": done.read,
                "added": done.added,
                "removed": done.removed,
                "changes": done.changes,
                "warnings": [f"left out: {problem}" for problem in problems],
            }
        )
        return EXIT_OK
    _print(done, runs, name, problems)
    return EXIT_OK


def _print(done: Synchronised, runs: int, name: str, problems: list[str]) -> None:
    click.echo(
        f"{name}: {runs} runs, {done.added} added, {done.removed} removed, {done.changes} new changes of level found."
    )
    for problem in problems:
        click.echo(f"! left out: {problem}", err=True)
