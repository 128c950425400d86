import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.attribution.shapley import InteractionKind
from membench.harness.keys import Switch
from membench.reports.document import InteractionCell
from membench.reports.page import bars, links

_SIZES = st.integers(-(2**50), 2**50)


@given(st.lists(_SIZES, max_size=20))
def test_every_value_stands_within_its_cell(values: list[int]) -> None:
    scale = bars.scale_over(values)
    assert all(0 <= float(scale.at(value)[:-1]) <= 100 for value in (0, *values))


@given(_SIZES, _SIZES)
def test_a_bar_begins_and_ends_where_its_values_stand(start: int, end: int) -> None:
    scale = bars.scale_over([start, end])
    reach = float(scale.at(min(start, end))[:-1]) + float(scale.width(start, end)[:-1])
    assert reach == pytest.approx(float(scale.at(max(start, end))[:-1]), abs=0.02)


def test_amounts_start_at_zero_and_a_scale_of_nothing_is_one() -> None:
    assert bars.scale_over([50, 100]).at(50) == "50.00%"
    assert bars.scale_over([None]).at(0) == "0.00%"


def test_the_strongest_interaction_has_the_strongest_shade() -> None:
    def pair(saved: int, kind: InteractionKind = InteractionKind.NEED) -> InteractionCell:
        return InteractionCell(first=Switch("a"), second=Switch("b"), saved_bytes=saved, kind=kind)

    independent = InteractionKind.INDEPENDENT
    cells = [pair(-100), pair(50), pair(1, independent), pair(1), pair(0, independent)]
    assert [bars.shade(cell, cells) for cell in cells] == ["less-4", "more-2", "even", "more-1", "even"]


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../x", "a/../../x", "a\\b", "x\u202egpj.exe", "a\nb", "//host/x", "a/../b"],
)
def test_a_path_that_leads_elsewhere_or_hides_something_is_no_link(path: str) -> None:
    assert links.below(path) is None


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("artifacts/flame.html", "./artifacts/flame.html"),
        ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
        ('a "b".html', "./a%20%22b%22.html"),
        ("a?b#c", "./a%3Fb%23c"),
        ("./a", "./a"),
    ],
)
def test_a_path_below_is_a_relative_address(path: str, address: str) -> None:
    assert links.below(path) == address
