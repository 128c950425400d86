"""Call paths for other tools: collapsed stacks, differential ones, and speedscope's file."""

import json
from collections.abc import Iterator
from typing import Any

from membench.harness.explain.difference import Both
from membench.reports import wording

_SCHEMA = "https://www.speedscope.app/file-format-schema.json"


def collapsed(tree: Both, *, head: bool) -> str:
    """Return one side as collapsed stacks: frames joined by `;`, and bytes."""
    return _lines(f"{path} {_own(node, head=head)}" for path, node in _paths(tree) if _own(node, head=head))


def differential(tree: Both) -> str:
    """Return both sides as the two columns that difffolded.pl writes and flamegraph.pl reads."""
    return _lines(f"{path} {node.base_own} {node.head_own}" for path, node in _paths(tree))


def speedscope(tree: Both, sides: tuple[str, str]) -> str:
    """Return both sides as two profiles of one file for speedscope; weights are bytes."""
    frames: dict[tuple[str, str, int], int] = {}
    profiles = [_profile(tree, frames, side, head=head) for head, side in enumerate(sides)]
    document = {
        "$schema": _SCHEMA,
        "exporter": "membench",
        "name": " and ".join(map(wording.plain, sides)),
        "shared": {"frames": [{"name": name, "file": file, "line": line} for name, file, line in frames]},
        "profiles": profiles,
    }
    return json.dumps(document) + "\n"


def _profile(tree: Both, frames: dict[tuple[str, str, int], int], side: str, *, head: int) -> dict[str, Any]:
    samples, weights = [], []
    for path in tree.walk():
        own = _own(path[-1], head=bool(head))
        if own:
            samples.append([frames.setdefault(_key(node), len(frames)) for node in path[1:]])
            weights.append(own)
    total = sum(weights)
    return {
        "type": "sampled",
        "name": wording.plain(side),
        "unit": "bytes",
        "startValue": 0,
        "endValue": total,
        "samples": samples,
        "weights": weights,
    }


def _key(node: Both) -> tuple[str, str, int]:
    return wording.plain(node.place.function), wording.plain(node.place.file), node.line


def _paths(tree: Both) -> Iterator[tuple[str, Both]]:
    for path in tree.walk():
        if path[-1].base_own or path[-1].head_own:
            yield ";".join(_frame(node) for node in path[1:]) or "all", path[-1]


def _own(node: Both, *, head: bool) -> int:
    return node.head_own if head else node.base_own


def _frame(node: Both) -> str:
    # What separates frames, and ends a stack, cannot be in a name.
    where = f" ({node.place.file}:{node.line})" if node.place.file else ""
    return wording.plain(f"{node.place.function}{where}").replace(";", ",")


def _lines(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
