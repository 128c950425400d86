"""Programs that are captured for tests, and their captures put together."""

import subprocess
import sys
import textwrap
from pathlib import Path

from membench.harness.explain import following
from membench.harness.explain.call_tree import Node
from membench.harness.explain.captures import Heap, read_heap
from membench.harness.explain.sources import Sources

_RUN = """\
import os, runpy, sys
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("membench_following", {following!r})
module = module_from_spec(spec)
spec.loader.exec_module(module)
follower = module.Follower({folder!r}, {packages!r}, native={native!r})
follower.write_hook()
follower.begin(module.CAPTURE)
try:
    runpy.run_path({program!r}, run_name="__main__")
finally:
    follower.end()
"""


def capture(folder: Path, program: str, *, name: str = "program", native: bool = False) -> Heap:
    """Run a program under capture and read what it held, its files named from the folder of the code."""
    code = folder / "code"
    code.mkdir(parents=True, exist_ok=True)
    path = code / f"{name}.py"
    path.write_text(textwrap.dedent(program), encoding="utf-8")
    captures = folder / "captures"
    captures.mkdir()
    packages = [path for path in sys.path if (Path(path) / "memray").is_dir()]
    text = _RUN.format(
        following=following.__file__, folder=str(captures), packages=packages, program=str(path), native=native
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False, cwd=code)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return read_heap(captures, Sources([str(code)]))


def paths(tree: Node, least: int) -> dict[tuple[str, ...], int]:
    """Give what each path of functions itself holds, from the program on, of those that hold at least so much."""
    found: dict[tuple[str, ...], int] = {}

    def descend(node: Node, above: tuple[str, ...]) -> None:
        if node.bytes >= least:
            found[above] = found.get(above, 0) + node.bytes
        for child in node.children.values():
            # What runs the program stands before it.
            inside = above or child.place.file == "program.py"
            descend(child, (*above, child.place.function) if inside else ())

    descend(tree, ())
    return found
