"""An explanation as GitHub-flavoured Markdown that fits into a comment."""

from dataclasses import dataclass
from pathlib import Path

from membench.harness.explain.difference import GrownPath
from membench.harness.explain.explanation import Explanation
from membench.reports import wording
from membench.reports.explanations import sentences
from membench.reports.formats.markdown import markdown_environment, tidied

LARGEST_BYTES = 64 * 1024 - 1  # of a comment
_SIZES = (20, 8, 3, 1)  # rows and notes, less and less
_LONGEST = 300  # letters of a cell or a note


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    shift: str
    base: str
    head: str
    kind: str
    path: str


def render_markdown(explanation: Explanation) -> str:
    """Return the explanation as Markdown of at most 64 KB; paths that do not fit are counted instead."""
    template = markdown_environment(Path(__file__).parent).get_template("markdown.md.jinja")
    text = ""
    for most in _SIZES:
        rendered = template.render(
            explanation=explanation,
            lead=_cut(sentences.lead(explanation)),
            held=[_cut(sentence) for sentence in sentences.held(explanation)[:most]],
            rows=[_row(path) for path in explanation.paths[:most]],
            more=max(0, len(explanation.paths) - most),
            notes=[_cut(note) for note in sentences.notes(explanation)[:most]],
        )
        text = tidied(rendered)
        if len(text.encode()) <= LARGEST_BYTES:
            break
    return text


def _row(path: GrownPath) -> _Row:
    return _Row(
        shift=sentences.path_shift(path),
        base=wording.size(path.base_bytes),
        head=wording.size(path.head_bytes),
        kind=sentences.kind_of(path),
        path=_cut(" < ".join(sentences.step(node) for node in reversed(sentences.shown_steps(path))) or "all"),
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
