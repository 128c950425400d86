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


@given(st.integers(1, 2**50))
def test_a_printed_size_is_read_back_to_within_its_last_digit(size: int) -> None:
    assert parse_size(format_bytes(size).replace(",", "")) == pytest.approx(size, rel=0.06)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (-1, "-1 B"),
        (16 * KIB, "16 KiB"),
        (1536, "1.5 KiB"),
        (75 * MIB, "75.00 MiB"),
        (-3 * MIB, "-3.00 MiB"),
        (2100 * MIB, "2,100 MiB"),
    ],
)
def test_sizes_are_printed_in_binary_units(size: int, text: str) -> None:
    assert format_bytes(size) == text


def test_a_shift_has_its_sign() -> None:
    assert [format_shift(size) for size in (4096, 0, -4096)] == ["+4 KiB", "0 B", "-4 KiB"]
