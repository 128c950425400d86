import math

import pytest

from membench.harness.store.plain import is_plain


def deep(levels: int) -> list[object]:
    value: list[object] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("value", [None, True, 1, 0.5, "ü", [1, ["a"]], {"a": {"b": []}}])
def test_what_json_has_comes_out_of_it_as_it_went_in(value: object) -> None:
    assert is_plain(value)


@pytest.mark.parametrize("value", [(1, 2), {1: "a"}, {"a"}, b"", object(), math.nan, deep(100_000)])
def test_what_json_has_not_or_cannot_hold_is_told_apart(value: object) -> None:
    assert not is_plain(value)
