import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.errors import UsageError
from membench.harness.units import GIB, KIB, MIB, format_bytes, format_shift, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("64 MiB", 64 * MIB),
        ("64MiB", 64 * MIB),
        (" 1.5 GiB ", 3 * GIB // 2),
        ("24 MB", 24_000_000),
        ("256 kib", 256 * KIB),
        ("1 B", 1),
        ("2gb", 2_000_000_000),
    ],
)
def test_a_number_with_a_unit_is_a_size(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text",
    ["64 quux", "64", "", "MiB", "-1 MiB", "0 MiB", "0.1 B", "1e3 B", "nan B", "\u0661 B", "1 MiB x", "9" * 99 + " B"],
)
def test_anything_else_is_an_error_that_says_how_to_write_one(text: str) -> None:
    with pytest.raises(UsageError, match="size"):
        parse_size(text)


_STEPS = {"B": 1, "KiB": 0.1 * KIB, "MiB": 0.01 * MIB, "GiB": 0.001 * GIB, "TiB": 0.001 * 1024 * GIB}


@given(
    st.integers(1, 2**50)
    | st.sampled_from([KIB, MIB, GIB, 1024 * GIB]).flatmap(lambda n: st.integers(n - 600, n + 600))
)
def test_a_printed_size_is_read_back_to_within_its_last_digit(size: int) -> None:
    text = format_bytes(size)
    number, unit = text.split(" ")
    assert 1 <= float(number) < KIB or unit == "TiB"
    assert abs(parse_size(text) - size) <= _STEPS[unit] / 2 + 1


@given(st.floats(-(2.0**50), 2.0**50))
def test_a_size_below_zero_is_the_same_size_with_a_minus(size: float) -> None:
    text = format_bytes(size)
    assert text.removeprefix("-") == format_bytes(abs(size)).removeprefix("-")
    assert text.startswith("-") == (size < 0 and not text.startswith("0 "))


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (-1, "-1 B"),
        (16 * KIB, "16 KiB"),
        (1536, "1.5 KiB"),
        (75 * MIB, "75.00 MiB"),
        (-3 * MIB, "-3.00 MiB"),
        (2100 * MIB, "2.051 GiB"),
        (1023 * MIB, "1023.00 MiB"),
        (5 * GIB, "5.000 GiB"),
        (MIB - 1, "1.00 MiB"),
        (GIB - 1, "1.000 GiB"),
        (KIB - 0.4, "1 KiB"),
        (-0.4, "0 B"),
    ],
)
def test_sizes_are_printed_in_binary_units(size: int, text: str) -> None:
    assert format_bytes(size) == text


def test_a_shift_has_its_sign() -> None:
    assert [format_shift(size) for size in (4096, 0, -4096, 0.4)] == ["+4 KiB", "0 B", "-4 KiB", "0 B"]
