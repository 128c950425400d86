"""The judgement for a terminal or a log: what does not pass first, and where it grew."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from membench.harness.gate.verdicts import Verdict
from membench.harness.units import format_shift
from membench.reports import wording
from membench.reports.formats.console import first_that_fits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from membench.harness.gate.verdicts import GateRow, Judgement

_FILE_WIDTH = 132  # columns where no terminal says how many there are
_STYLES = {
    Verdict.FAILED: "bold red",
    Verdict.REGRESSION: "bold red",
    Verdict.MISSING: "bold red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.IMPROVEMENT: "green",
}


def render_gate(judgement: "Judgement", console: Console) -> None:
    """Print a judgement to a console."""
    style = _STYLES.get(judgement.verdict, "bold green")
    console.print(Text.assemble("gate: ", (str(judgement.verdict), style)))
    console.print(Text(wording.plain(judgement.headline)))
    base = wording.common_base(judgement.rows)
    several = wording.of_several_meters(judgement.rows)
    if base:
        console.print(Text(f"Base: {wording.plain(base)}."))
    if judgement.rows:
        tables = [
            _table(judgement.rows, name_others=not base, name_meters=several, with_budgets=with_budgets)
            for with_budgets in ([True, False] if wording.have_budgets(judgement.rows) else [False])
        ]
        console.print(first_that_fits(tables, console))
    for row in judgement.rows:
        if row.verdict is not Verdict.PASS or row.accepted is not None:
            console.print(Text.assemble(("- ", ""), *_reason(row, name_meter=several)))
        for cause in row.causes:
            where = f"{wording.plain(cause.file)}:{cause.line} {wording.plain(cause.function)}"
            console.print(Text(f"    {format_shift(cause.shift_bytes):>12}  {where}"))
    for warning in judgement.warnings:
        console.print(Text(f"! {wording.plain(warning)}", "yellow"))


def _table(rows: "Sequence[GateRow]", *, name_others: bool, name_meters: bool, with_budgets: bool) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("scenario", "variant"):
        table.add_column(heading, overflow="fold")
    for heading in ("base", "head", "shift", *(["budget"] if with_budgets else [])):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    if name_others:
        table.add_column("against", overflow="fold")
    for row in rows:
        table.add_row(
            Text(wording.plain(row.scenario)),
            Text(wording.plain(wording.variant_of(row, name_meter=name_meters))),
            wording.size(row.base_bytes),
            wording.size(row.head_bytes),
            wording.shift(row.shift.bytes if row.shift else None),
            *([wording.size(row.budget_bytes)] if with_budgets else []),
            Text(str(row.verdict), _STYLES.get(row.verdict, "")),
            *([Text(wording.plain(row.against))] if name_others else []),
        )
    return table


def _reason(row: "GateRow", *, name_meter: bool) -> list[tuple[str, str]]:
    name = f"{wording.plain(row.scenario)}/{wording.plain(wording.variant_of(row, name_meter=name_meter))}"
    return [(name, "bold"), (f": {row.verdict}: {wording.plain(row.reason)}", "")]


@dataclass(frozen=True, slots=True)
class ConsoleGate:
    """A verdict, a table, a reason for each row that does not pass."""

    name: str = "console"
    suffix: str = ".txt"

    def render(self, judgement: "Judgement") -> str:
        """Return the judgement as text without colour."""
        stream = io.StringIO()
        render_gate(judgement, Console(file=stream, width=_FILE_WIDTH, color_system=None))
        return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


FORMAT = ConsoleGate()
