"""The one table: computed once, drawn on the terminal and in the document."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from peer_runs import Outcome
from peer_tools import BARE
from rich.table import Table
from rich.text import Text

from membench.harness.units import format_bytes, format_shift

HEADINGS = (
    "program",
    "tool",
    "what it reports",
    "reported peak",
    "off the true peak",
    "spread",
    "the program's own mark under it",
    "wall time",
)
FIGURES_FROM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    program: str
    tool: str
    reports: str
    figures: tuple[str, ...]  # five, or the one reason why there are none

    def cells(self) -> tuple[str, ...]:
        missing = len(HEADINGS) - FIGURES_FROM - len(self.figures)
        return (self.program, self.tool, self.reports, *self.figures, *[""] * missing)


def rows(outcomes: Sequence[Outcome]) -> Iterator[Row]:
    """Compute a row for each tool and program; both are held against the bare run of the same program."""
    bare = {outcome.program: outcome for outcome in outcomes if outcome.tool is BARE and outcome.failure is None}
    for outcome in outcomes:
        yield Row(
            program=outcome.program.stem,
            tool=outcome.tool.name,
            reports=outcome.tool.reports,
            figures=_figures(outcome, bare.get(outcome.program)),
        )


def _figures(outcome: Outcome, bare: Outcome | None) -> tuple[str, ...]:
    if outcome.failure is not None or not outcome.runs:
        return (f"failed: {outcome.failure or 'it was not run'}",)
    reported = [run.reported_bytes for run in outcome.runs]
    own = median(run.own_peak_bytes for run in outcome.runs)
    wall = median(run.wall_seconds for run in outcome.runs)
    spread = format_bytes(max(reported) - min(reported))
    if outcome is bare:
        return (format_bytes(median(reported)), "true", spread, format_bytes(own), f"{wall:.2f} s")
    if bare is None:
        return (format_bytes(median(reported)), "?", spread, format_bytes(own), f"{wall:.2f} s")
    true = median(run.own_peak_bytes for run in bare.runs)
    shift = format_shift(median(reported) - true)
    return (
        format_bytes(median(reported)),
        f"({shift}, heap)" if outcome.tool.heap else shift,
        spread,
        f"{format_bytes(own)} ({format_shift(own - true)})",
        f"{wall / median(run.wall_seconds for run in bare.runs):.2f}x",
    )


def terminal_table(table_rows: Iterable[Row], *, repeats: int) -> Table:
    """A section for each program, to save the width of a column."""
    table = Table(title=f"Peak memory as each tool reports it, medians of {repeats}")
    for number, heading in enumerate(HEADINGS[1:], start=1):
        table.add_column(heading, justify="right" if number >= FIGURES_FROM else "left")
    for program, of_program in groupby(table_rows, key=lambda row: row.program):
        table.add_section()
        table.add_row(Text(program, style="bold"))
        for row in of_program:
            table.add_row(*(Text(cell.replace("`", "")) for cell in row.cells()[1:]))
    return table


def markdown_table(table_rows: Iterable[Row]) -> str:
    lines = [
        _markdown_row(HEADINGS),
        _markdown_row(["---:" if number >= FIGURES_FROM else "---" for number in range(len(HEADINGS))]),
        *(_markdown_row(row.cells()) for row in table_rows),
    ]
    return "\n".join(lines)


def _markdown_row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
