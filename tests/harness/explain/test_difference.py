"""Two call trees laid on each other: what grew is found, and what only moved is not."""

from pathlib import Path

from captured_programs import capture
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.explain.call_tree import Node, Place, empty_tree
from membench.harness.explain.difference import compare, fold, shifted_paths

KIB = 1024


def tree(*paths: tuple[tuple[Place, ...], int], line: int = 1) -> Node:
    root = empty_tree()
    for steps, size in paths:
        node = root
        for place in steps:
            node = node.child(place, line)
        node.bytes += size
    return root


def place(function: str, text: str, file: str = "app.py") -> Place:
    return Place(function, file, text)


ONE_LINE = place("main", "keep(one(), two())")
ONE, TWO = place("one", "return bytes(n)"), place("two", "return bytes(n)")


def test_of_two_functions_called_from_one_line_the_one_that_grew_is_named() -> None:
    base = tree(((ONE_LINE, ONE), 100 * KIB), ((ONE_LINE, TWO), 100 * KIB))
    head = tree(((ONE_LINE, ONE), 100 * KIB), ((ONE_LINE, TWO), 164 * KIB), line=201)
    first, *others = shifted_paths(compare(base, head), least_bytes=4 * KIB)
    assert [node.place.function for node in first.frames] == ["main", "two"]
    assert first.shift_bytes == 64 * KIB
    assert others == []


def test_moved_code_and_renamed_modules_have_not_grown() -> None:
    inner = place("Cart.add", "self.items.append(item)", "cart.py")
    base = tree(((place("main", "run()"), place("run", "cart.add(x)"), inner), 500 * KIB), line=3)
    moved = inner._replace(file="shop/basket.py")
    head = tree(
        ((place("main", "run()", "start.py"), place("run", "cart.add(x)", "start.py"), moved), 500 * KIB), line=203
    )
    both = compare(base, head)
    assert shifted_paths(both, least_bytes=1) == []
    assert {path[-1].shift for path in both.walk()} == {0}


def test_a_renamed_function_and_an_edited_line_are_still_the_same_frames() -> None:
    base = tree(((place("main", "x = load(1)"), place("load", "return list(rows)")), 100 * KIB))
    head = tree(((place("main", "x = read(1)"), place("read", "return list(rows)")), 130 * KIB))
    (path,) = shifted_paths(compare(base, head), least_bytes=1)
    assert path.shift_bytes == 30 * KIB
    assert (path.base_bytes, path.head_bytes) == (100 * KIB, 130 * KIB)


def test_what_moved_into_another_function_is_set_against_where_it_was() -> None:
    held = place("load", "rows = [parse(line) for line in file]")
    base = tree(((place("main", "load()"), held), 300 * KIB))
    head = tree(((place("main", "start()"), place("start", "return load()"), held), 320 * KIB))
    (path,) = shifted_paths(compare(base, head), least_bytes=1)
    assert path.shift_bytes == 20 * KIB


places = st.sampled_from([place(name, text) for name in "abc" for text in ("x", "y")])
trees = st.lists(st.tuples(st.lists(places, max_size=5).map(tuple), st.integers(0, 10**6)), max_size=15).map(
    lambda paths: tree(*paths)
)


@given(trees, trees, st.integers(1, 30))
def test_no_byte_is_lost_however_trees_are_matched_and_folded(base: Node, head: Node, most: int) -> None:
    both = compare(base, head)
    assert (both.base_bytes, both.head_bytes) == (base.total(), head.total())
    folded = fold(both, most_nodes=most)
    for picture in (both, folded):
        nodes = [path[-1] for path in picture.walk()]
        assert sum(node.base_own for node in nodes) == base.total()
        assert sum(node.head_own for node in nodes) == head.total()
        for node in nodes:
            assert node.width >= max(node.base_bytes, node.head_bytes)
            # Folded ones keep the width of the paths that they stand for.
            assert node.width >= max(node.base_own, node.head_own) + sum(child.width for child in node.children)


@given(trees)
def test_a_tree_has_not_shifted_against_itself(one: Node) -> None:
    assert shifted_paths(compare(one, one), least_bytes=1) == []


_PROGRAM = """\
kept = []
{blank}
def one(size):
    return bytes(size)

def two(size):
    return bytes(size)

def main():
    kept.append((one(200_000), two({size})))

main()
"""


def test_a_captured_program_that_keeps_64_kib_more_is_told_by_its_path(tmp_path: Path) -> None:
    base = capture(tmp_path / "base", _PROGRAM.format(blank="", size="200_000"))
    head = capture(tmp_path / "head", _PROGRAM.format(blank="\n" * 200, size="200_000 + 65_536"), name="renamed")
    first, *others = shifted_paths(compare(base.tree, head.tree), least_bytes=4 * KIB)
    assert [node.place.function for node in first.frames][-2:] == ["main", "two"]
    assert first.shift_bytes == 64 * KIB
    assert others == []
