"""Workflow commands that GitHub shows at the line that grew.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions; what is escaped is what the runner's
toolkit escapes (actions/toolkit, packages/core/src/command.ts).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from membench.harness.gate.verdicts import Verdict
from membench.harness.units import format_bytes, format_shift
from membench.reports import wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from membench.harness.gate.causes import Cause
    from membench.harness.gate.verdicts import GateRow, Judgement

MOST = 10  # of one kind that GitHub shows for a step
_BAD = {Verdict.FAILED, Verdict.REGRESSION, Verdict.MISSING}


@dataclass(frozen=True, slots=True)
class Annotations:
    """One `::error` for each row that keeps the change out, at its first cause; a `::notice` for what is accepted."""

    name: str = "annotations"
    suffix: str = ".annotations"

    def render(self, judgement: "Judgement") -> str:
        """Return the commands, one a line; nothing where all passes."""
        bad = [row for row in judgement.rows if row.verdict in _BAD]
        lines = [_command(row) for row in bad[: MOST if len(bad) <= MOST else MOST - 1]]
        if len(bad) > MOST:
            lines.append(f"::error title=Peak memory::{len(bad) - len(lines)} more do not pass; see the summary")
        accepted = [row for row in judgement.rows if row.accepted is not None and row.verdict not in _BAD]
        lines += [_command(row, "notice") for row in accepted[:MOST]]
        return "".join(f"{line}\n" for line in lines)


def _command(row: "GateRow", kind: str = "error") -> str:
    title = f"Peak memory: {row.scenario}/{row.variant}"
    properties = [f"title={_property(title)}"]
    cause = _shown_cause(row)
    if cause is not None:
        properties = [f"file={_property(cause.file)}", f"line={cause.line}", *properties]
    return f"::{kind} {','.join(properties)}::{_data(' '.join(_sentences(row)))}"


def _sentences(row: "GateRow") -> "Iterator[str]":
    figures = ""
    if row.base_bytes is not None and row.head_bytes is not None:
        figures = f" ({format_bytes(row.base_bytes)} to {format_bytes(row.head_bytes)}, against {row.against})"
    yield f"{row.verdict}: {row.reason}{figures}."
    cause = _shown_cause(row)
    if cause is not None:
        yield f"{cause.function} at this line holds {format_shift(cause.shift_bytes)} at the peak."


def _shown_cause(row: "GateRow") -> "Cause | None":
    """Pick the largest in the project's own files, for those are what GitHub can show; else the largest of all."""
    own = (cause for cause in row.causes if not cause.file.startswith(("/", "<")))
    return next(own, next(iter(row.causes), None))


def _data(text: str) -> str:
    return wording.plain(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMAT = Annotations()
