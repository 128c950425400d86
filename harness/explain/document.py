"""An explanation as a JSON document. Sizes are bytes."""

from typing import Any

from membench.harness.explain.difference import GrownPath
from membench.harness.explain.explanation import Explanation, SideFacts
from membench.harness.explain.holding import Holder, HolderShift
from membench.harness.store.schemas import validated

FORMAT = "membench-explanation"
FORMAT_VERSION = 1
MOST_PATHS = 1000


def explanation_document(explanation: Explanation) -> dict[str, Any]:
    """Make the document."""
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "workload": explanation.workload,
        "base": _side(explanation.base, explanation.tree.base_bytes),
        "head": _side(explanation.head, explanation.tree.head_bytes),
        "shift_bytes": explanation.shift_bytes,
        "native": explanation.native,
        "paths": [path_document(path) for path in explanation.paths[:MOST_PATHS]],
        "holders": [holder_document(shift) for shift in explanation.holders],
        "warnings": list(explanation.warnings),
        "files": list(explanation.files),
    }
    return validated(document, FORMAT)


def _side(side: SideFacts, picture: int) -> dict[str, Any]:
    return {
        "label": side.label,
        "peak_bytes": side.peak_bytes,
        "picture_bytes": picture,
        "left_at_end_bytes": side.end_bytes,
        "processes": side.processes,
        "peak_seconds": side.peak_seconds,
        "peak_phase": side.peak_phase,
        "remarks": list(side.remarks),
    }


def path_document(path: GrownPath) -> dict[str, Any]:
    """Make the entry of a path."""
    return {
        "shift_bytes": path.shift_bytes,
        "base_bytes": path.base_bytes,
        "head_bytes": path.head_bytes,
        "base_allocations": path.base_count,
        "head_allocations": path.head_count,
        "left_share": path.left_share,
        "frames": [
            {
                "function": node.place.function,
                "file": node.place.file,
                "line": node.line,
                "text": node.place.text,
            }
            for node in path.frames
        ],
    }


def holder_document(shift: HolderShift) -> dict[str, Any]:
    """Make the entry of a holder."""
    more = shift.larger
    return {
        "kind": shift.name.kind,
        "owner": shift.name.owner,
        "name": shift.name.name,
        "file": more.file,
        "line": more.line,
        "shift_bytes": shift.shift_bytes,
        "base_bytes": _bytes(shift.base),
        "head_bytes": _bytes(shift.head),
        "way": [{"label": step.label, "type": step.type, "length": step.length} for step in more.steps],
    }


def _bytes(holder: Holder | None) -> int:
    return holder.bytes if holder is not None else 0
