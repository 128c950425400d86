"""Shows an explanation: on a terminal, as a document, in a folder."""

from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from membench.harness.commands.terminal.documents import print_json
from membench.harness.explain.document import explanation_document
from membench.harness.explain.explanation import Explanation
from membench.harness.store.files import atomic_writer, write_json
from membench.reports.explanations import stacks
from membench.reports.explanations.console import render_explanation as render_console
from membench.reports.explanations.markdown import render_markdown
from membench.reports.page.explanation import render_explanation as render_page

PAGE, DOCUMENT, MARKDOWN = "explanation.html", "explanation.json", "explanation.md"
_STACKS = ("base.collapsed", "head.collapsed", "both.folded", "speedscope.json")


def show(explanation: Explanation, output_format: str) -> None:
    """Print an explanation."""
    if output_format == "json":
        print_json(explanation_document(explanation))
    elif output_format == "markdown":
        click.echo(render_markdown(explanation), nl=False)
    else:
        render_console(explanation, Console())


def write(explanation: Explanation, folder: Path) -> Explanation:
    """Write the page, the document and the stacks into a folder; give the explanation that names them."""
    named = replace(explanation, files=(DOCUMENT, MARKDOWN, *_STACKS))
    labels = (named.base.label, named.head.label)
    texts = {
        "base.collapsed": stacks.collapsed(named.tree, head=False),
        "head.collapsed": stacks.collapsed(named.tree, head=True),
        "both.folded": stacks.differential(named.tree),
        "speedscope.json": stacks.speedscope(named.tree, labels),
        MARKDOWN: render_markdown(named),
        PAGE: render_page(named),
    }
    for name, text in texts.items():
        with atomic_writer(folder / name) as file:
            file.write(text)
    write_json(explanation_document(named), folder / DOCUMENT)
    click.echo(f"wrote {folder / PAGE}", err=True)
    return named
