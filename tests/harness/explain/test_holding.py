"""What holds objects is called by its name: caches, globals, tasks, tracebacks, handlers, closures."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from membench.harness.errors import MeasurementError
from membench.harness.explain import heap_graph
from membench.harness.explain.holding import (
    HeapGraph,
    Holder,
    HolderName,
    find_holders,
    parse_graph,
    shifts_between,
)

_WRITE = """
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("membench_heap_graph", {module!r})
module = module_from_spec(spec)
spec.loader.exec_module(module)
def write():
    module.write_graph({path!r})
"""


def holders_of(tmp_path: Path, program: str) -> dict[HolderName, Holder]:
    """Run a program that calls `write()` somewhere, and find who holds at least 64 KiB then."""
    path = tmp_path / "graph.jsonl"
    text = _WRITE.format(module=heap_graph.__file__, path=str(path)) + textwrap.dedent(program)
    (tmp_path / "program.py").write_text(text)
    done = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with path.open() as file:
        found = find_holders(parse_graph(file))
    return {holder.name: holder for holder in found}


_CACHE = """
from functools import cache
@cache
def page(n):
    return bytes(100_000 + n)
for n in range(3):
    page(n)
write()
"""
_CLOSURE = """
def make():
    rows = [bytes(300_000)]
    return lambda: rows
keep = make()
write()
"""
_TASKS = """
import asyncio
async def job():
    return [bytes(100_000)]
async def main():
    tasks = [asyncio.create_task(job()) for _ in range(3)]
    await asyncio.wait(tasks)
    write()
asyncio.run(main())
"""
_TRACEBACK = """
last = []
def fail():
    rows = [bytes(300_000)]
    raise ValueError(len(rows))
try:
    fail()
except ValueError as error:
    last.append(error)
write()
"""
_HANDLER = """
import logging, logging.handlers
handler = logging.handlers.MemoryHandler(10**6)
logging.getLogger().addHandler(handler)
logging.warning("x" * 300_000)
write()
"""
_GENERATOR = """
def rows():
    held = [bytes(300_000)]
    yield 1
working = rows()
next(working)
write()
"""


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("KEPT = {'a': [bytes(300_000)]}\nwrite()", HolderName("global", "__main__", "KEPT")),
        ("def f():\n    rows = [bytes(300_000)]\n    write()\nf()", HolderName("local", "f", "rows")),
        ("class C:\n    kept = [bytes(300_000)]\nwrite()", HolderName("class", "__main__.C", "kept")),
        (_CACHE, HolderName("cache", "page", "")),
        (_CLOSURE, HolderName("closure", "make.<locals>.<lambda>", "rows")),
        (_TASKS, HolderName("task", "job", "")),
        (_TRACEBACK, HolderName("traceback", "ValueError in fail", "rows")),
        (_HANDLER, HolderName("handler", "MemoryHandler", "")),
        (_GENERATOR, HolderName("local", "rows", "held")),
    ],
    ids=["global", "local", "class", "cache", "closure", "task", "traceback", "handler", "generator"],
)
def test_a_holder_is_called_by_its_name(tmp_path: Path, program: str, name: HolderName) -> None:
    found = holders_of(tmp_path, program)
    assert name in found, list(found)
    assert 300_000 <= found[name].bytes < 310_000


def test_the_way_leads_from_the_name_to_what_is_heavy(tmp_path: Path) -> None:
    program = """
        class Row:
            __slots__ = ("page",)
        ROWS = []
        row = Row()
        row.page = {"body": bytes(300_000)}
        ROWS.append(row)
        del row
        write()
    """
    found = holders_of(tmp_path, program)
    way = found[HolderName("global", "__main__", "ROWS")].steps
    assert [(step.label, step.type.rpartition(".")[2]) for step in way] == [
        ("", "list"),
        ("", "Row"),
        (".page", "dict"),
        ("['body']", "bytes"),
    ]


def graph(*names: tuple[str, int], nodes: list[tuple[int, int, int, list[tuple[int, str]]]]) -> HeapGraph:
    return HeapGraph(
        types=["list", "bytes"],
        nodes=nodes,
        roots=[(HolderName("local", "f", name), "f.py", 1, node) for name, node in names],
    )


def test_each_of_several_lists_of_the_same_objects_is_a_holder() -> None:
    nodes = [(0, 80, 1, [(2, "")]), (0, 80, 1, [(2, "")]), (1, 10**6, -1, [])]
    found = find_holders(graph(("first", 0), ("second", 1), nodes=nodes))
    assert {holder.name.name: holder.bytes for holder in found} == {"first": 10**6 + 80, "second": 10**6 + 80}


def test_of_what_leads_to_a_holder_the_nearer_one_is_named() -> None:
    nodes = [(0, 80, 1, [(1, ".rows")]), (0, 80, 1, [(2, "")]), (1, 10**6, -1, [])]
    (found,) = find_holders(graph(("self", 0), ("rows", 1), nodes=nodes))
    assert found.name.name == "rows"


def test_a_holder_is_looked_up_on_the_other_side_however_little_it_holds_there() -> None:
    before = graph(("rows", 0), nodes=[(0, 80, 1, [(1, "")]), (1, 10**6, -1, [])])
    after = graph(("rows", 0), nodes=[(0, 80, 1, [(1, "")]), (1, 100, -1, [])])
    (shift,) = shifts_between(before, after)
    assert shift.shift_bytes == 100 - 10**6
    assert shift.head is not None
    assert shift.head.bytes == 180


@pytest.mark.parametrize(
    "text", ["", "[0, 1, 2, []]\n", '{"types": []}', "[1]", "nothing", '{"types": 1, "roots": [[1]]}']
)
def test_a_graph_that_is_none_is_an_error(text: str) -> None:
    with pytest.raises(MeasurementError, match=r"could not be read|to its end"):
        parse_graph(text.splitlines())


def test_the_graph_is_lines_of_json(tmp_path: Path) -> None:
    holders_of(tmp_path, "write()")
    last = json.loads((tmp_path / "graph.jsonl").read_text().splitlines()[-1])
    assert set(last) == {"types", "roots", "cut", "held", "most"}
