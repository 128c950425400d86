"""`membench list`: list scenarios, variants, meters, charts, formats or exports."""

import click
from rich.console import Console
from rich.table import Table

from harness.commands.presenting.documents import print_json
from harness.commands.suites import league
from harness.errors import EXIT_OK
from harness.meters import load_meter, meter_names
from reports.charts import chart_names
from reports.exports import export_names, load_export
from reports.formats import format_names

KINDS = ("scenarios", "variants", "meters", "charts", "formats", "exports")


@click.command(name="list")
@click.argument("kind", type=click.Choice(KINDS), required=False)
@click.option("--format", "form", type=click.Choice(["console", "json"]), default="console", show_default=True)
def command(kind: str | None, form: str) -> int:
    """List scenarios, variants, meters, charts, formats or exports; all of them where no kind is named."""
    found = {one: _entries(one) for one in ([kind] if kind else KINDS)}
    if form == "json":
        print_json(found)
        return EXIT_OK
    console = Console()
    for heading, entries in found.items():
        table = Table(title=heading, title_justify="left", box=None, show_header=False, pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column()
        for name, summary in entries.items():
            table.add_row(name, summary)
        console.print(table)
        console.print()
    return EXIT_OK


def _entries(kind: str) -> dict[str, str]:
    """Give the names of one kind, each with a line about it."""
    match kind:
        case "scenarios":
            return {name: league.load_scenario(name).summary for name in sorted(league.scenario_modules())}
        case "variants":
            return dict(league.VARIANTS)
        case "meters":
            return {name: load_meter(name).METER.summary for name in meter_names()}
        case "charts":
            return dict.fromkeys(chart_names(), "")
        case "exports":
            return {name: load_export(name).summary for name in export_names()}
        case _:
            return dict.fromkeys(format_names(), "")
