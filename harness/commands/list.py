"""`membench list`: list workloads, scenarios, variants, meters, charts, formats or exports."""

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from membench.harness.commands.league.workloads import REMEDIES, VARIANTS, load_scenario, scenario_modules
from membench.harness.commands.terminal import options
from membench.harness.commands.terminal.documents import print_json
from membench.harness.errors import EXIT_OK
from membench.harness.meters import load_meter, meter_names
from membench.harness.suites.configuration import DEFAULT_VARIANT, WorkloadSettings, read_configuration
from membench.harness.units import format_bytes
from membench.reports.charts import chart_names
from membench.reports.exports import export_names, load_export
from membench.reports.formats import format_names

KINDS = ("workloads", "scenarios", "variants", "meters", "charts", "formats", "exports")


@click.command(name="list")
@click.argument("kind", type=click.Choice(KINDS), required=False)
@options.output_format()
def command(kind: str | None, output_format: str) -> int:
    """List workloads, scenarios, variants, meters, charts, formats or exports; all of them where no kind is named.

    Workloads are those of pyproject.toml in this folder.
    """
    found = {one: _ENTRIES[one]() for one in ([kind] if kind else KINDS)}
    if output_format == "json":
        print_json(found)
        return EXIT_OK
    console = Console()
    for heading, entries in found.items():
        if not entries and heading != kind:
            continue
        table = Table(title=heading, title_justify="left", box=None, show_header=False, pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column()
        for name, summary in entries.items():
            table.add_row(Text(name), Text(summary))
        console.print(table)
        console.print()
    return EXIT_OK


def _workload_words(workload: WorkloadSettings) -> str:
    """Say in a line what a workload is."""
    what = workload.call or shlex.join(workload.command)
    words = [what, *(variant for variant in workload.variants if variant != DEFAULT_VARIANT)]
    if workload.budget_bytes is not None:
        words.append(f"budget {format_bytes(workload.budget_bytes)}")
    if workload.tags:
        words.append(f"tags {', '.join(workload.tags)}")
    return "; ".join(words)


_ENTRIES: Mapping[str, Callable[[], dict[str, str]]] = {
    "workloads": lambda: {entry.name: _workload_words(entry) for entry in read_configuration(Path()).workloads},
    "scenarios": lambda: {name: load_scenario(name).summary for name in sorted(scenario_modules())},
    "variants": lambda: {**VARIANTS, **REMEDIES},
    "meters": lambda: {name: load_meter(name).METER.summary for name in meter_names()},
    "charts": lambda: dict.fromkeys(chart_names(), ""),
    "formats": lambda: dict.fromkeys(format_names(), ""),
    "exports": lambda: {name: load_export(name).summary for name in export_names()},
}
"""For each kind its names, each with a line about it; found when they are asked for."""
