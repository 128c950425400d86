"""An explanation on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from membench.harness.explain.difference import GrownPath
from membench.harness.explain.explanation import Explanation
from membench.reports import wording
from membench.reports.explanations import sentences

MOST_PATHS = 8
_STEPS = 4  # of each path
_LEAST_SHARE = 0.01  # of the largest shift


def render_explanation(explanation: Explanation, console: Console) -> None:
    """Print who holds what, the paths that shifted, and what to know about them."""
    console.print(Text(wording.plain(sentences.lead(explanation)), style="bold"))
    for sentence in sentences.held(explanation):
        console.print(Text(f"- {wording.plain(sentence)}"))
    if explanation.paths:
        console.print()
        console.print(_table(explanation))
    more = len(explanation.paths) - len(_telling(explanation))
    if more:
        console.print(Text(f"and {more} smaller ones", style="dim"))
    console.print()
    for note in sentences.notes(explanation):
        console.print(Text(wording.plain(note), style="dim"))


def _telling(explanation: Explanation) -> Sequence[GrownPath]:
    largest = max((abs(path.shift_bytes) for path in explanation.paths), default=0)
    return [path for path in explanation.paths[:MOST_PATHS] if abs(path.shift_bytes) >= _LEAST_SHARE * largest]


def _table(explanation: Explanation) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    for name in ("shift", explanation.base.label, explanation.head.label):
        table.add_column(Text(wording.plain(name)), justify="right", no_wrap=True)
    table.add_column("path, what allocates first", overflow="fold")
    for path in _telling(explanation):
        steps = [sentences.step(node) for node in reversed(path.frames[-_STEPS:])]
        told = Text(wording.plain(steps[0] if steps else "all"), style="bold")
        for step in steps[1:]:
            told.append(Text(f"\n  from {wording.plain(step)}", style="dim"))
        table.add_row(sentences.path_shift(path), wording.size(path.base_bytes), wording.size(path.head_bytes), told)
    return table
