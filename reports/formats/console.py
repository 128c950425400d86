"""Tables for a terminal or a log; they fit the width that there is and need no colour to be understood."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from membench.harness.model import Role
from membench.harness.units import format_bytes
from membench.reports import wording
from membench.reports.tables.attribution import attribution_table
from membench.reports.tables.console import add_columns, cell_of
from membench.reports.tables.samples import PEAK, samples_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from membench.reports.document import Attribution, Report, Row, Section

_FILE_WIDTH = 132  # columns of a report written to a file, where no terminal says how many there are

_UNBOUNDED = 10_000  # columns, to learn how wide a table would like to be

_BAD = "bold red"
_ASIDE = "dim"
_BAR_WIDTHS = (24, 16, 10, 0)
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL = "█"
_PALE = "░"
_BARS = {Role.REFERENCE: "bright_black", Role.BEFORE: "red", Role.AFTER: "green"}
_OTHER_BAR = "blue"


def render_console(report: "Report", console: Console) -> None:
    """Print a report to a console: per scenario the answer, its samples and its claims; then the warnings."""
    console.print(_text(report.title, "bold"))
    if report.headline:
        console.print(_text(report.headline, _style_of([row for section in report.sections for row in section.rows])))
    for section in report.sections:
        console.print(Group(*_section(section, console)))
    _print_warnings(report, console)


def render_attribution(report: "Report", console: Console) -> None:
    """Print to a console which switch bought which megabytes, of each scenario; then the warnings."""
    for section in report.sections:
        console.print(_text(f"{section.scenario}: {section.headline}", "bold"))
        if section.attribution is not None:
            console.print(Group(*_attribution(section.attribution)))
    _print_warnings(report, console)


def render_growth(report: "Report", console: Console) -> None:
    """Print to a console how peaks grow, of each scenario; then the warnings."""
    for section in report.sections:
        console.print(_text(f"{section.scenario}: {section.headline}", "bold"))
        if section.growth:
            console.print(Group(*_growth(section)))
    _print_warnings(report, console)


def _print_warnings(report: "Report", console: Console) -> None:
    warnings = wording.warnings_of(report)
    if warnings:
        console.print(Group(Text(), _rule(console, "warnings"), *map(_bullet, warnings)))


def _section(section: "Section", console: Console) -> "Iterator[RenderableType]":
    heading = Text.assemble(
        (wording.plain(section.scenario), "bold"), *([": ", wording.plain(section.summary)] if section.summary else [])
    )
    yield Text()
    # A rule would cut a long heading short, so the heading stands below it and may wrap.
    yield _rule(console)
    yield heading
    yield _text(section.headline, _style_of(section.rows))
    yield from (_text(remark) for remark in section.remarks)
    if not section.rows and not section.growth:
        yield Text("Nothing was measured.", _ASIDE)
    for meter in wording.meters(section.rows):
        yield from _samples(section, meter, console)
    if section.instruments:
        yield from _instruments(section)
    if section.attribution is not None:
        yield from _attribution(section.attribution)
    if section.claims:
        yield from _claims(section)
    if section.as_written:
        yield from _as_written(section)
    if section.growth:
        yield from _growth(section)


def _style_of(rows: "Sequence[Row]") -> str:
    """Set a headline off where it tells of a budget that is exceeded."""
    return _BAD if wording.exceed_budgets(rows) else "bold"


def _samples(section: "Section", meter: str, console: Console) -> "Iterator[RenderableType]":
    rows = [row for row in section.rows if row.meter == meter]
    yield Text()
    yield _text(f"peak memory ({meter})", _ASIDE)
    yield _widest_that_fits(rows, console)
    levels = ", ".join(f"{wording.plain(level.label)} {format_bytes(level.peak_bytes)}" for level in section.levels)
    if levels:
        yield Text(f"for scale: {levels}", _ASIDE)


def _widest_that_fits(rows: "list[Row]", console: Console) -> Table:
    """Give up the bar first, then what the variants are in words; names fold, and figures are never cut."""
    ascii_only = console.options.ascii_only
    tables = [
        _samples_table(rows, titled=titled, bar=bar, ascii_only=ascii_only)
        for titled in ((True, False) if wording.have_titles(rows) else (False,))
        for bar in _BAR_WIDTHS
    ]
    return first_that_fits(tables, console)


def first_that_fits(tables: "Sequence[Table]", console: Console) -> Table:
    """Pick the first table that need not fold anything, or else the last."""
    unbounded = console.options.update(max_width=_UNBOUNDED)
    fitting = (table for table in tables if console.measure(table, options=unbounded).maximum <= console.width)
    return next(fitting, tables[-1])


def _samples_table(rows: "list[Row]", *, titled: bool, bar: int, ascii_only: bool) -> Table:
    described = samples_table(rows, titled=titled)
    place = [column.key for column in described.columns].index(PEAK) + 1
    table = _table()
    add_columns(table, described.columns[:place])
    if bar:
        table.add_column("", no_wrap=True, width=bar)
    add_columns(table, described.columns[place:])
    largest = max((row.peak_bytes or 0 for row in rows), default=0)
    for row, values in zip(rows, described.rows, strict=True):
        cells = [cell_of(column, value) for column, value in zip(described.columns, values, strict=True)]
        bars = [_bar(row, largest, bar, ascii_only=ascii_only)] if bar else []
        table.add_row(*cells[:place], *bars, *cells[place:])
    return table


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="")


def _bar(row: "Row", largest: int, width: int, *, ascii_only: bool) -> Text:
    """Draw a bar to scale from zero; a pale one where the trials failed, for its length proves nothing."""
    eighths = round((row.peak_bytes or 0) / largest * width * 8) if largest else 0
    full, rest = divmod(eighths, 8)
    if ascii_only:
        return Text(("#" if wording.is_ok(row) else ".") * round(eighths / 8))
    if not wording.is_ok(row):
        return Text(_PALE * round(eighths / 8), _ASIDE)
    return Text(_FULL * full + _EIGHTHS[rest].strip(), _BARS.get(row.role, _OTHER_BAR))


def _instruments(section: "Section") -> "Iterator[RenderableType]":
    table = _table()
    table.add_column("variant", overflow="fold")
    for meter, _ in section.instruments[0].figures:
        table.add_column(_text(meter), justify="right", no_wrap=True)
    for row in section.instruments:
        table.add_row(_text(row.variant), *(Text(wording.size(peak)) for _, peak in row.figures))
    yield Text()
    yield Text("the instruments side by side", _ASIDE)
    yield table
    yield from map(_bullet, section.instrument_notes)


def _attribution(attribution: "Attribution") -> "Iterator[RenderableType]":
    described = attribution_table(attribution)
    table = _table()
    add_columns(table, described.columns)
    for values in described.rows:
        table.add_row(*(cell_of(column, value) for column, value in zip(described.columns, values, strict=True)))
    yield Text()
    yield Text("which fix bought which megabytes", _ASIDE)
    yield table
    yield from map(_bullet, described.notes)


def _as_written(section: "Section") -> "Iterator[RenderableType]":
    table = _table()
    table.add_column("fix", overflow="fold")
    table.add_column("effective", justify="right", no_wrap=True)
    table.add_column("as written", justify="right", no_wrap=True)
    table.add_column("as written it loses", overflow="fold", min_width=12)
    for row in section.as_written:
        saved = (wording.size(row.effective_bytes), wording.size(row.as_written_bytes))
        table.add_row(
            _text(str(row.fix)), *map(Text, saved), _text(row.loses or "nothing", _BAD if row.loses else _ASIDE)
        )
    yield Text()
    yield Text("saved by the effective form and by the letter of its description", _ASIDE)
    yield table


def _growth(section: "Section") -> "Iterator[RenderableType]":
    sizes = sorted({size for growth in section.growth for size in growth.sizes})
    table = _table()
    table.add_column("teams", overflow="fold")
    for size in sizes:
        table.add_column(f"{size:,}", justify="right", no_wrap=True)
    for growth in section.growth:
        peaks = dict(zip(growth.sizes, growth.peak_bytes, strict=True))
        table.add_row(_text(growth.variant), *(Text(wording.size(peaks.get(size))) for size in sizes))
    yield Text()
    yield Text("peak by number of teams", _ASIDE)
    yield table
    yield from (_bullet(f"{growth.variant}: {wording.growth(growth)}") for growth in section.growth)
    yield from map(_bullet, section.growth_notes)


def _claims(section: "Section") -> "Iterator[RenderableType]":
    table = _table()
    table.add_column("fix", overflow="fold")
    table.add_column("claimed", overflow="fold")
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("as written", justify="right", no_wrap=True)
    for claim in section.claims:
        measured = (wording.claim_figure(value, claim.unit) for value in (claim.measured, claim.measured_as_written))
        table.add_row(_text(str(claim.fix)), _text(claim.claim), *map(Text, measured))
    yield Text()
    yield Text("claimed and measured", _ASIDE)
    yield table
    # Notes are sentences: as a column they would leave the figures no room.
    yield from (_bullet(f"{claim.fix}: {wording.claim_note(claim)}") for claim in section.claims)


def _rule(console: Console, title: str = "") -> Rule:
    # A rule without a title does not fall back to ASCII by itself.
    return Rule(title, align="left", style=_ASIDE, characters="-" if console.options.ascii_only else "─")


def _bullet(text: str) -> "RenderableType":
    return Padding(_text(f"- {text}"), (0, 0, 0, 2))


def _text(text: str, style: str = "") -> Text:
    # A Text is never parsed: neither rich's markup nor an escape sequence in a name has any effect.
    return Text(wording.plain(text), style)


@dataclass(frozen=True, slots=True)
class ConsoleFormat:
    """The console's tables as plain text, for a file or a log."""

    name: str = "console"
    suffix: str = ".txt"

    def render(self, report: "Report") -> str:
        """Return what a console of 132 columns without colour would show."""
        console = Console(file=io.StringIO(), width=_FILE_WIDTH, color_system=None, force_terminal=False)
        with console.capture() as capture:
            render_console(report, console)
        # Tables pad every line to their width.
        return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


FORMAT = ConsoleFormat()
