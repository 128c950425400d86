"""Shows what the gate decided: on the terminal, in a folder, and where GitHub shows it."""

import os
from pathlib import Path

import click
from rich.console import Console

from membench.harness.commands.terminal.documents import print_json
from membench.harness.gate.document import gate_document
from membench.harness.gate.verdicts import Judgement
from membench.harness.model import Results
from membench.harness.store.files import atomic_writer, write_json
from membench.harness.store.results import write_results
from membench.reports.gates import gate_format_names, load_gate_format
from membench.reports.gates.console import render_gate

FORMATS = ("console", "json", *(name for name in gate_format_names() if name != "console"))
WRITTEN = ("markdown", "junit")
GATE_FILE = "gate"


def show_judgement(judgement: Judgement, results: Results, folder: Path | None, output_format: str) -> None:
    """Show a judgement, write it to a folder if there is one, and tell GitHub where this runs there."""
    if output_format == "json":
        print_json(gate_document(judgement))
    elif output_format == "console":
        render_gate(judgement, Console())
    else:
        click.echo(load_gate_format(output_format).render(judgement), nl=False)
    if folder is not None:
        _write(judgement, results, folder)
    _tell_github(judgement)


def _write(judgement: Judgement, results: Results, folder: Path) -> None:
    write_results(results, folder)
    write_json(gate_document(judgement), folder / f"{GATE_FILE}.json")
    for name in WRITTEN:
        output_format = load_gate_format(name)
        with atomic_writer(folder / f"{GATE_FILE}{output_format.suffix}") as file:
            file.write(output_format.render(judgement))
    click.echo(f"wrote {folder}", err=True)


def _tell_github(judgement: Judgement) -> None:
    """Append to the step's summary and annotate the lines that grew; both need no token."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        try:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(load_gate_format("markdown").render(judgement) + "\n")
        except OSError as error:
            click.echo(f"membench: cannot append to the step summary: {error.strerror}", err=True)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        click.echo(load_gate_format("annotations").render(judgement), nl=False, err=True)
