"""Explanations as tests need them: a small one, one with hostile names, a large one."""

from membench.harness.explain.call_tree import Node, Place, empty_tree
from membench.harness.explain.difference import compare, shifted_paths
from membench.harness.explain.explanation import Explanation, Phase, SideFacts
from membench.harness.explain.holding import Holder, HolderName, HolderShift, Step

KIB = 1024
MIB = 1024 * KIB


def tree(*paths: tuple[tuple[str, ...], int]) -> Node:
    """Make a tree of paths of functions, each in a file of its name."""
    root = empty_tree()
    for functions, size in paths:
        node = root
        for line, function in enumerate(functions, start=1):
            node = node.child(Place(function, f"{functions[0]}.py", f"return {function}_rows"), line)
        node.bytes, node.count, node.end_bytes = size, 1, size
    return root


def explanation(*, name: str = "orders", function: str = "load", many: int = 0) -> Explanation:
    """Make an explanation in which one function holds 24 MiB more, one is gone, and a list holds what grew."""
    filler = [((f"job{number}", "part"), 1000 + number) for number in range(many)]
    base = tree((("main", "run", "parse"), 8 * MIB), (("main", "old"), MIB), *filler)
    head = tree((("main", "run", "parse"), 8 * MIB), (("main", "run", function), 24 * MIB), *filler)
    both = compare(base, head)
    holder = Holder(
        name=HolderName("local", function, "rows"),
        file=f"{name}.py",
        line=7,
        bytes=24 * MIB,
        count=1000,
        things=1,
        steps=(Step(label="", type="list", length=90), Step(label="['page']", type="app.Page", length=-1)),
    )
    return Explanation(
        workload=name,
        base=_side(f"{name}~1", 9, "parse"),
        head=_side(f"{name} now", 32, "load"),
        tree=both,
        paths=shifted_paths(both, least_bytes=4096),
        holders=(HolderShift(name=holder.name, base=None, head=holder),),
        warnings=(f"{name} is odd",),
        files=("explanation.json", f"{name}/../x"),
    )


def _side(label: str, mebibytes: int, phase: str) -> SideFacts:
    return SideFacts(
        label=label,
        peak_bytes=mebibytes * MIB,
        end_bytes=MIB,
        processes=1,
        moments=((0.0, 0), (0.5, mebibytes * MIB), (1.0, MIB)),
        phases=(
            Phase(name=phase, start_seconds=0, end_seconds=0.6),
            Phase(name="end", start_seconds=0.6, end_seconds=1),
        ),
        remarks=("1 other Python process is in the picture",),
    )
