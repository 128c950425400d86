"""GitHub-flavoured Markdown for a step summary or a comment; it fits into one whatever comes in."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.gate import Verdict
from harness.units import format_bytes
from reports.formats.markdown import markdown_environment, tidied

if TYPE_CHECKING:
    from harness.gate import GateRow, Judgement

LARGEST_BYTES = 64 * 1024 - 1  # of a comment
_FEWER_ROWS = (1000, 300, 100, 30, 10, 3, 0)
_GOOD = {Verdict.PASS, Verdict.IMPROVEMENT}
_LONGEST = 200  # letters of a name or a reason
_TEMPLATE = "markdown.md.jinja"


@dataclass(frozen=True, slots=True)
class MarkdownGate:
    """What does not pass with its causes; what passes is folded."""

    name: str = "markdown"
    suffix: str = ".md"

    def render(self, judgement: "Judgement") -> str:
        """Return the judgement as Markdown of at most 64 KB; rows that do not fit are counted instead."""
        for most in _FEWER_ROWS:
            text = _render(judgement, most)
            if len(text.encode()) <= LARGEST_BYTES:
                return text
        raise AssertionError("a page without rows always fits")


def _render(judgement: "Judgement", most: int) -> str:
    failing = [row for row in judgement.rows if row.verdict not in _GOOD]
    passing = [row for row in judgement.rows if row.verdict in _GOOD]
    template = markdown_environment(Path(__file__).parent).get_template(_TEMPLATE)
    text = template.render(
        judgement=judgement,
        headline=_cut(judgement.headline),
        failing=[_short(row) for row in failing[:most]],
        failing_left=max(0, len(failing) - most),
        passing=[_short(row) for row in passing[:most]],
        passing_left=max(0, len(passing) - most),
        warnings=[_cut(warning) for warning in judgement.warnings[: max(most, 1)]],
        size=format_bytes,
    )
    return tidied(text)


def _short(row: "GateRow") -> "GateRow":
    return replace(
        row,
        scenario=_cut(row.scenario),
        variant=_cut(row.variant),
        against=_cut(row.against),
        reason=_cut(row.reason),
        causes=tuple(replace(cause, file=_cut(cause.file), function=_cut(cause.function)) for cause in row.causes),
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


FORMAT = MarkdownGate()
