"""An explanation in sentences."""

from typing import TYPE_CHECKING

from membench.reports import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from membench.harness.explain.difference import Both, GrownPath
    from membench.harness.explain.explanation import Explanation, SideFacts
    from membench.harness.explain.holding import Holder, HolderName, HolderShift

SHOWN_STEPS = 8  # of a path, counted from what allocates
_MOST_WAY = 8
_RETAINED = 0.9  # of what was held at the peak and still is at the end
_TRANSIENT = 0.1

_KINDS: "Mapping[str, Callable[[HolderName], str]]" = {
    "local": lambda name: f"`{name.name}`, a local variable of `{name.owner}`",
    "closure": lambda name: f"`{name.name}`, a variable that `{name.owner}` closes over",
    "global": lambda name: f"the global `{name.owner}.{name.name}`",
    "class": lambda name: f"the class attribute `{name.owner}.{name.name}`",
    "default": lambda name: f"a default argument of `{name.owner}`",
    "cache": lambda name: f"the functools cache of `{name.owner}`",
    "task": lambda name: f"the results of finished asyncio tasks of `{name.owner}`",
    "traceback": lambda name: f"`{name.name}`, which the traceback of {name.owner} keeps",
    "handler": lambda name: f"the logging handler `{name.name or name.owner}`",
}


def lead(explanation: "Explanation") -> str:
    """Say what happened in one sentence."""
    shift = explanation.shift_bytes
    base, head = explanation.base, explanation.head
    before, after = wording.size(explanation.tree.base_bytes), wording.size(explanation.tree.head_bytes)
    if not shift:
        return f"The heap of {head.label} at its peak is as large as that of {base.label}: {after}."
    kind = "more" if shift > 0 else "less"
    return (
        f"The heap of {head.label} holds {wording.size(abs(shift))} {kind} at its peak than that of {base.label}: "
        f"{after} instead of {before}."
    )


def held(explanation: "Explanation") -> list[str]:
    """Say who holds what shifted, a sentence each, the largest first."""
    return [holder_sentence(shift, explanation) for shift in explanation.holders]


def holder_sentence(shift: "HolderShift", explanation: "Explanation") -> str:
    """Say what one name holds on both sides."""
    more = shift.larger
    sides = [(explanation.base.label, shift.base), (explanation.head.label, shift.head)]
    if more is shift.head:
        sides.reverse()
    (first, _), (second, other) = sides
    rest = f"{second} holds {wording.size(other.bytes)} there" if other else f"{second} holds nothing there"
    return f"{first} holds {wording.size(more.bytes)} in {holder_words(more)}: {way(more)}; {rest}."


def holder_words(holder: "Holder") -> str:
    """Name a holder, and where it is."""
    name = holder.name
    told = _KINDS[name.kind](name) if name.kind in _KINDS else f"`{name.name}` of `{name.owner}`"
    where = f" ({holder.file}:{holder.line})" if holder.file and holder.line else ""
    return f"{told}{where}"


def way(holder: "Holder") -> str:
    """Give the way from a name to what it holds: `list of 90 > dict ['node'] > Node .document > Document`."""
    parts = []
    steps = holder.steps
    for index, step in enumerate(steps[:_MOST_WAY]):
        kind = step.type.rpartition(".")[2]
        length = f" of {step.length}" if step.length >= 0 else ""
        label = steps[index + 1].label if index + 1 < len(steps) else ""
        parts.append(f"{kind}{length}{f' {label}' if label else ''}")
    return " > ".join([*parts, *(["..."] if len(steps) > _MOST_WAY else [])])


def notes(explanation: "Explanation") -> list[str]:
    """Say when each side peaked, what stayed, and what the picture can miss."""
    sides = (explanation.base, explanation.head)
    found = [_when(side) for side in sides if side.peak_seconds is not None]
    if len({side.peak_phase for side in sides}) > 1 and all(side.peak_phase for side in sides):
        found.append(f"The peak moved from {sides[0].peak_phase} to {sides[1].peak_phase}.")
    found += [_stayed(side) for side in sides if side.peak_bytes]
    for side in sides:
        found += [f"{side.label}: {remark}." for remark in side.remarks]
    return [*found, *explanation.warnings]


def _when(side: "SideFacts") -> str:
    phase = f", in {side.peak_phase}" if side.peak_phase else ""
    return f"{side.label} peaked {side.peak_seconds or 0:.2f} s after its capture began{phase}."


def _stayed(side: "SideFacts") -> str:
    share = side.end_bytes / side.peak_bytes
    return f"{side.label}: {share:.0%} of what its paths held at the peak they still held at the end."


def path_shift(path: "GrownPath") -> str:
    """Print what a path holds more or less."""
    return wording.shift(path.shift_bytes)


def kind_of(path: "GrownPath") -> str:
    """Say whether what shifted stays to the end: the cure of what stays is another than of what passes."""
    share = path.left_share
    if share is None:
        return ""
    if share >= _RETAINED:
        return "retained"
    return "transient" if share <= _TRANSIENT else "partly retained"


def shown_steps(path: "GrownPath") -> "tuple[Both, ...]":
    """Give the last frames of a path."""
    return path.frames[-SHOWN_STEPS:]


def cut_steps(path: "GrownPath") -> int:
    """Count the frames in front of those that are shown."""
    return max(0, len(path.frames) - SHOWN_STEPS)


def step(node: "Both") -> str:
    """Name a frame: `Class.method (shop/orders.py:12)`."""
    where = f" ({node.place.file}:{node.line})" if node.place.file else ""
    return f"{node.place.function}{where}"
