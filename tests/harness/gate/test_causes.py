"""What grew is named by its file, line and function; what only moved is not."""

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from membench.harness.gate.causes import MOST_CAUSES, SMALLEST_BYTES, Cause, SourceLine, find_causes, relative_to
from membench.harness.model import CallSite

KIB = 1024
Lines = Mapping[tuple[str, int], str]
NOWHERE: Lines = {}


def site(line: int, size: int, *, file: str = "shop/jobs.py", function: str = "load") -> CallSite:
    return CallSite(file=file, line=line, function=function, bytes=size)


def reader(lines: Lines) -> SourceLine:
    return lambda file, line: lines.get((file, line), "")


def causes(
    base: Sequence[CallSite], head: Sequence[CallSite], base_lines: Lines, head_lines: Lines | None = None
) -> tuple[Cause, ...]:
    now = base_lines if head_lines is None else head_lines
    return find_causes(base, head, base_line=reader(base_lines), head_line=reader(now))


def source(*texts: str, file: str = "shop/jobs.py", first: int = 1) -> Lines:
    return {(file, number): text for number, text in enumerate(texts, start=first)}


def test_growth_is_named_by_file_line_and_function() -> None:
    lines = source("rows = []", "    kept = bytearray(size)")
    assert causes([site(1, 100 * KIB)], [site(1, 100 * KIB), site(2, 64 * KIB)], lines) == (
        Cause(file="shop/jobs.py", line=2, function="load", shift_bytes=64 * KIB),
    )


def test_only_what_a_line_holds_more_is_its_growth() -> None:
    (cause,) = causes([site(1, 100 * KIB)], [site(1, 164 * KIB)], source("rows.append(row)"))
    assert cause.shift_bytes == 64 * KIB


def test_code_that_moved_by_200_lines_has_not_grown() -> None:
    before, after = (
        source("rows = read()", "kept.append(rows)"),
        source("rows = read()", "kept.append(rows)", first=201),
    )
    base = [site(1, 10 * KIB), site(2, 900 * KIB)]
    assert causes(base, [site(201, 10 * KIB), site(202, 900 * KIB)], before, after) == ()
    (cause,) = causes(base, [site(201, 10 * KIB), site(202, 964 * KIB)], before, after)
    assert (cause.line, cause.shift_bytes) == (202, 64 * KIB)


def test_code_that_moved_into_another_function_or_file_has_not_grown() -> None:
    text = "    rows.append(row)"
    for moved in (
        site(7, 90 * KIB, function="load_all"),
        site(7, 90 * KIB, file="shop/rows.py"),
        site(7, 90 * KIB, file="shop/rows.py", function="Rows.load"),
    ):
        now = {(moved.file, 7): "rows.append(row)"}
        assert causes([site(3, 90 * KIB)], [moved], {("shop/jobs.py", 3): text}, now) == ()


def test_code_that_moved_and_grew_is_named_with_what_it_grew_by() -> None:
    before, after = {("shop/jobs.py", 3): "rows.append(row)"}, {("shop/rows.py", 9): "rows.append(row)"}
    found = causes([site(3, 90 * KIB)], [site(9, 100 * KIB, file="shop/rows.py", function="add")], before, after)
    assert found == (Cause(file="shop/rows.py", line=9, function="add", shift_bytes=10 * KIB),)


def test_one_of_several_equal_lines_that_moved_has_not_grown() -> None:
    """The line stands in two functions; a part of what it holds is now held by the other."""
    lines = source("rows.append(row)", "rows.append(row)")
    base = [site(1, 200 * KIB), site(2, 100 * KIB, function="load_all")]
    assert causes(base, [site(1, 100 * KIB), site(2, 200 * KIB, function="load_all")], lines) == ()
    assert causes(base, [site(1, 300 * KIB)], lines) == ()
    assert causes([site(1, 300 * KIB)], base, lines) == ()


def test_what_moved_makes_up_for_no_more_than_it_held() -> None:
    lines = source("rows.append(row)", "rows.append(row)", "rows.append(row)")
    base = [site(1, 100 * KIB, function="a")]
    found = causes(base, [site(2, 80 * KIB, function="b"), site(3, 60 * KIB, function="c")], lines)
    assert sum(cause.shift_bytes for cause in found) == 40 * KIB


def test_equal_lines_of_one_function_count_together_and_the_largest_is_named() -> None:
    lines = source("rows.append(row)", "rows.append(row)")
    (cause,) = causes([], [site(1, 8 * KIB), site(2, 60 * KIB)], lines)
    assert (cause.line, cause.shift_bytes) == (2, 68 * KIB)


def test_a_line_that_was_edited_has_grown_by_what_it_holds_more() -> None:
    before, after = source("return b'x' * orders"), source("return b'x' * (orders + 1000)")
    assert causes([site(1, 900 * KIB)], [site(1, 900 * KIB)], before, after) == ()
    (cause,) = causes([site(1, 900 * KIB)], [site(1, 964 * KIB)], before, after)
    assert cause.shift_bytes == 64 * KIB


def test_an_edited_line_makes_up_for_one_in_its_own_function_only_and_for_no_more_than_it_held() -> None:
    before, after = source("a = read()"), source("b = read(all)", "c = read(more)")
    two = [site(1, 60 * KIB), site(2, 80 * KIB)]
    assert sum(cause.shift_bytes for cause in causes([site(1, 100 * KIB)], two, before, after)) == 40 * KIB
    (cause,) = causes([site(1, 100 * KIB)], [site(1, 60 * KIB, function="other")], before, after)
    assert cause.shift_bytes == 60 * KIB


def test_a_line_that_has_moved_away_makes_no_room_for_another_in_its_function() -> None:
    before = {("shop/jobs.py", 1): "rows.append(row)"}
    after = {("shop/rows.py", 9): "rows.append(row)", ("shop/jobs.py", 1): "index[key] = row"}
    head = [site(9, 90 * KIB, file="shop/rows.py"), site(1, 50 * KIB)]
    (cause,) = causes([site(1, 90 * KIB)], head, before, after)
    assert (cause.file, cause.shift_bytes) == ("shop/jobs.py", 50 * KIB)


def test_a_renamed_function_has_not_grown_where_its_lines_are_the_same() -> None:
    lines = source("return json.loads(text)")
    assert causes([site(1, 500 * KIB)], [site(1, 500 * KIB, function="read_all")], lines) == ()


def test_lines_that_cannot_be_read_are_known_by_their_numbers() -> None:
    assert causes([site(5, 50 * KIB)], [site(5, 50 * KIB)], NOWHERE) == ()
    (cause,) = causes([site(5, 50 * KIB)], [site(6, 50 * KIB)], NOWHERE)
    assert cause.line == 6


def test_lines_that_cannot_be_read_do_not_stand_for_each_other_in_different_files() -> None:
    base = [site(5, 50 * KIB, file="<string>", function="<module>")]
    (cause,) = causes(base, [site(5, 50 * KIB, file="<stdin>", function="main")], NOWHERE)
    assert (cause.file, cause.shift_bytes) == ("<stdin>", 50 * KIB)


def test_growth_of_less_than_a_page_is_no_cause() -> None:
    lines = source("a", "b")
    assert causes([], [site(1, SMALLEST_BYTES - 1)], lines) == ()
    assert len(causes([], [site(2, SMALLEST_BYTES)], lines)) == 1


def test_the_largest_come_first_and_only_so_many() -> None:
    lines = source(*map("line {}".format, range(1, 40)))
    found = causes([], [site(number, number * 10 * KIB) for number in range(1, 30)], lines)
    assert [cause.line for cause in found] == list(range(29, 29 - MOST_CAUSES, -1))


def test_files_are_named_relative_to_the_first_root_that_holds_them() -> None:
    sites = [site(1, 1, file=name) for name in ("/s/code/a.py", "/s/base/b/c.py", "/usr/x.py", "/s/base-2/d.py")]
    named = relative_to(sites, ["/s/code/", "/s/base"])
    assert [site.file for site in named] == ["a.py", "b/c.py", "/usr/x.py", "/s/base-2/d.py"]


names = st.sampled_from(["a.py", "b.py", "<string>"])
functions = st.sampled_from(["f", "g"])
sites = st.lists(
    st.builds(
        site,
        st.integers(1, 6),
        st.integers(0, 100 * KIB),
        file=names,
        function=functions,
    ),
    max_size=12,
)
texts = st.dictionaries(st.tuples(names, st.integers(1, 6)), st.sampled_from(["x = 1", "y = 2", "z()"]))


@given(sites, texts)
def test_where_nothing_grew_there_is_no_cause(held: list[CallSite], lines: Lines) -> None:
    assert causes(held, held, lines) == ()


@given(sites, texts)
def test_where_everything_shrank_there_is_no_cause(held: list[CallSite], lines: Lines) -> None:
    less = [site(one.line, one.bytes // 2, file=one.file, function=one.function) for one in held]
    assert causes(held, less, lines) == ()


@given(sites, sites, texts)
def test_causes_are_places_of_the_head_and_hold_no_more_than_it_does(
    base: list[CallSite], head: list[CallSite], lines: Lines
) -> None:
    found = causes(base, head, lines)
    assert {(cause.file, cause.line, cause.function) for cause in found} <= {
        (one.file, one.line, one.function) for one in head
    }
    assert sum(cause.shift_bytes for cause in found) <= sum(one.bytes for one in head)


@given(sites, texts, st.integers(1, 500))
def test_moving_everything_by_some_lines_gives_no_cause(held: list[CallSite], lines: Lines, by: int) -> None:
    known = [one for one in held if (one.file, one.line) in lines]
    moved = [site(one.line + by, one.bytes, file=one.file, function=one.function) for one in known]
    now = {(file, line + by): text for (file, line), text in lines.items()}
    assert causes(known, moved, lines, now) == ()
