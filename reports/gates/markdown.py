"""GitHub-flavoured Markdown for a step summary or a comment; it fits into one whatever comes in."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from membench.harness.gate.verdicts import Verdict
from membench.harness.units import format_bytes
from membench.reports import wording
from membench.reports.formats.markdown import markdown_environment, tidied

if TYPE_CHECKING:
    from membench.harness.gate.verdicts import GateRow, Judgement

LARGEST_BYTES = 64 * 1024 - 1  # of a comment
_LONGEST = 200  # letters of a name or a reason
# Rows of each table and letters of a name, less and less: a letter may take 14 bytes once it is escaped.
_SIZES = ((1000, _LONGEST), (300, _LONGEST), (100, _LONGEST), (30, _LONGEST), (10, _LONGEST), (3, _LONGEST), (1, 60))
_GOOD = {Verdict.PASS, Verdict.IMPROVEMENT}
_TEMPLATE = "markdown.md.jinja"


@dataclass(frozen=True, slots=True)
class MarkdownGate:
    """What does not pass with its causes; what passes is folded."""

    name: str = "markdown"
    suffix: str = ".md"

    def render(self, judgement: "Judgement") -> str:
        """Return the judgement as Markdown of at most 64 KB; rows that do not fit are counted instead."""
        for most, longest in _SIZES:
            text = _render(judgement, most, longest)
            if len(text.encode()) <= LARGEST_BYTES:
                return text
        raise AssertionError("a page of one row with short names always fits")


def _render(judgement: "Judgement", most: int, longest: int) -> str:
    several = wording.of_several_meters(judgement.rows)
    order = list(Verdict)  # the worst first: what does not fit is at the end
    failing = sorted(
        (row for row in judgement.rows if row.verdict not in _GOOD), key=lambda row: order.index(row.verdict)
    )
    passing = [row for row in judgement.rows if row.verdict in _GOOD]
    template = markdown_environment(Path(__file__).parent).get_template(_TEMPLATE)
    text = template.render(
        judgement=judgement,
        base=_cut(wording.common_base(judgement.rows), _LONGEST),
        headline=_cut(judgement.headline, 2 * _LONGEST),
        failing=[_short(row, longest, name_meter=several) for row in failing[:most]],
        failing_left=max(0, len(failing) - most),
        passing=[_short(row, longest, name_meter=several) for row in passing[:most]],
        accepted=[_short(row, longest, name_meter=several) for row in passing[:most] if row.accepted is not None],
        passing_left=max(0, len(passing) - most),
        warnings=[_cut(warning, 2 * _LONGEST) for warning in judgement.warnings[:most]],
        size=format_bytes,
    )
    return tidied(text)


def _short(row: "GateRow", longest: int, *, name_meter: bool) -> "GateRow":
    return replace(
        row,
        scenario=_cut(row.scenario, longest),
        variant=_cut(wording.variant_of(row, name_meter=name_meter), longest),
        against=_cut(row.against, longest),
        reason=_cut(row.reason, longest),
        causes=tuple(
            replace(cause, file=_cut(cause.file, longest), function=_cut(cause.function, longest))
            for cause in row.causes
        ),
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


FORMAT = MarkdownGate()
