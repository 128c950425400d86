"""The page that says why memory grew: who holds it, the paths that shifted, and both sides' stacks as one picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from membench.harness.explain.difference import Both, GrownPath, fold
from membench.harness.explain.explanation import Explanation, SideFacts
from membench.harness.model import Role
from membench.reports import wording
from membench.reports.document import PhaseSpan, Section, Timeline
from membench.reports.explanations import sentences
from membench.reports.page import series
from membench.reports.page.assembly import assemble

MOST_NODES = 6000  # of the picture: about 700 KB of the page, and no more than a screen has pixels for
MOST_PATHS = 40
_MOST_LETTERS = 200  # of a line's text


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRow:
    """One row of the table of paths."""

    path: GrownPath
    steps: tuple[Both, ...]
    cut: int  # frames that are left out in front


def render_explanation(explanation: Explanation) -> str:
    """Return the page as text; the same explanation gives the same text."""
    picture = fold(explanation.tree, most_nodes=MOST_NODES)
    chart = _timeline(explanation)
    rows = explanation.paths[:MOST_PATHS]
    return assemble(
        "explanation.html.jinja",
        title=f"Why {explanation.workload} holds what it holds",
        explanation=explanation,
        lead=sentences.lead(explanation),
        held=sentences.held(explanation),
        notes=sentences.notes(explanation),
        sentences=sentences,
        rows=[PathRow(path=path, steps=sentences.shown_steps(path), cut=sentences.cut_steps(path)) for path in rows],
        more=max(0, len(explanation.paths) - len(rows)),
        chart=chart,
        charts=[chart.document()] if chart is not None else [],
        flame=flame_document(picture, (explanation.base.label, explanation.head.label)),
    )


def flame_document(tree: Both, sides: Sequence[str]) -> dict[str, Any]:
    """Make what the script draws: a table of frames, and nodes of frame, base, head, width and children."""
    frames: dict[tuple[str, str, str], int] = {}

    def number(node: Both) -> int:
        where = f"{node.place.file}:{node.line}" if node.place.file else ""
        name = node.place.function or "all"
        frame = (wording.plain(name), wording.plain(where), wording.plain(node.place.text)[:_MOST_LETTERS])
        return frames.setdefault(frame, len(frames))

    def nested(node: Both) -> list[Any]:
        children = [nested(child) for child in node.children]
        return [number(node), node.base_bytes, node.head_bytes, node.width, children]

    nodes = nested(tree)
    named = [wording.plain(side) for side in sides]
    return {"sides": named, "frames": [list(frame) for frame in frames], "tree": nodes}


def _timeline(explanation: Explanation) -> series.Chart | None:
    """Make the chart of both heaps over time."""
    sides = list(_lines(explanation))
    if not sides:
        return None
    section = Section(scenario=explanation.workload, summary="", headline="", rows=(), timelines=tuple(sides))
    return series.over_time(section, "heap-time")


def _lines(explanation: Explanation) -> Iterator[Timeline]:
    roles = ((explanation.base, Role.BEFORE), (explanation.head, Role.AFTER))
    for side, role in roles:
        if side.moments:
            yield _line(side, role)


def _line(side: SideFacts, role: Role) -> Timeline:
    return Timeline(
        variant=side.label,
        role=role,
        seconds=tuple(second for second, _ in side.moments),
        rss_bytes=tuple(heap for _, heap in side.moments),
        peak_bytes=side.peak_bytes,
        phases=tuple(
            PhaseSpan(name=phase.name, start_seconds=phase.start_seconds, end_seconds=phase.end_seconds)
            for phase in side.phases
        ),
    )
