"""`membench compare`: show how far the peaks of runs lie from another's."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from membench.harness.commands.terminal import options, tables
from membench.harness.commands.terminal.documents import print_json
from membench.harness.errors import EXIT_OK, EXIT_REGRESSION
from membench.harness.gate.comparison import Comparison, compare, risen
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.store.results import read_results
from membench.harness.units import parse_share, parse_size
from membench.reports.tables.comparison import comparison_table

_FILE = click.Path(path_type=Path, dir_okay=False)
AS_GIVEN, BY_SHIFT = "document", "shift"


@click.command(name="compare")
@click.argument("base", type=_FILE)
@click.argument("heads", type=_FILE, nargs=-1, required=True, metavar="HEAD...")
@click.option("--fail-on", "limit", metavar="LIMIT", help="End with 1 where a peak rose by more: '5 %' or '1 MiB'.")
@click.option(
    "--sort",
    "order",
    type=click.Choice((AS_GIVEN, BY_SHIFT)),
    default=AS_GIVEN,
    show_default=True,
    help="In the order of the documents, or the largest rise first.",
)
@options.output_format(tables.FORMATS)
def command(base: Path, heads: Sequence[Path], limit: str | None, order: str, output_format: str) -> int:
    """Show how far the peaks of runs lie from another's.

    BASE and each HEAD are results.json files. The shift is HEAD minus BASE; a ~ stands before one that may be chance at
    95 %. Without --fail-on this only shows, and ends with 0 whatever the shift; with it a rise is decided as the gate
    does, and what too few trials leave open is said and does not fail.

    \b
    membench compare before.json after.json
    membench compare 3.11.json 3.12.json 3.13.json --sort shift --fail-on "5 %"
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    thresholds = _thresholds(limit) if limit is not None else None
    first = read_results(base)
    found, failed = [], False
    for path in heads:
        results = read_results(path)
        comparison = compare(first, results)
        if thresholds is not None:
            rose, warnings = risen(first, results, thresholds)
            failed = failed or bool(rose)
            said = [f"{key} rose by more than {limit}" for key in rose]
            comparison = replace(comparison, warnings=(*said, *comparison.warnings, *warnings))
        found.append(_sorted(comparison, order))
    _show(base, heads, found, output_format)
    return EXIT_REGRESSION if failed else EXIT_OK


def _thresholds(limit: str) -> Thresholds:
    if limit.rstrip().endswith("%"):
        return Thresholds(relative=parse_share(limit), absolute_bytes=0)
    return Thresholds(relative=0, absolute_bytes=parse_size(limit))


def _sorted(comparison: Comparison, order: str) -> Comparison:
    if order == AS_GIVEN:
        return comparison
    rows = sorted(comparison.rows, key=lambda row: -row.shift.bytes if row.shift else 1)
    known = [row for row in rows if row.shift]
    return replace(comparison, rows=(*known, *(row for row in rows if not row.shift)))


def _show(base: Path, heads: Sequence[Path], found: Sequence[Comparison], output_format: str) -> None:
    if output_format != "json":
        named = [f"{head} against {base}" for head in heads] if len(heads) > 1 else [""]
        made = [replace(comparison_table(one), title=title) for one, title in zip(found, named, strict=True)]
        tables.show_tables(made, output_format)
    elif len(found) == 1:
        print_json(found[0].document())
    else:
        comparisons = [{"head": str(head), **one.document()} for head, one in zip(heads, found, strict=True)]
        print_json({"base": str(base), "comparisons": comparisons})
