"""Sizes in bytes: parsed from what people write, printed in binary units.

Binary units (KiB, MiB, GiB) are printed because the kernel counts pages of 4 KiB. Decimal ones (KB, MB,
GB) are accepted as input and mean powers of ten.
"""

import re

from membench.harness.errors import UsageError

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

_FACTORS = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KIB": KIB,
    "MIB": MIB,
    "GIB": GIB,
    "TIB": 1024 * GIB,
}
_SHARE = re.compile(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*%\s*", re.ASCII)
_SIZE = re.compile(r"\s*(\d{1,15}(?:\.\d{1,6})?)\s*([A-Za-z]+)\s*", re.ASCII)


def parse_size(text: str) -> int:
    """Read a size such as `64 MiB`, `64MB` or `1.5 GiB` as a whole number of bytes, at least 1.

    Raises:
        UsageError: the text is no number with a unit, or the size is below one byte.
    """
    match = _SIZE.fullmatch(text)
    factor = _FACTORS.get(match[2].upper()) if match else None
    if match is None or factor is None:
        raise UsageError(f"{text!r} is not a size. Write a number and a unit, such as 64 MiB, 512KiB or 2 GB.")
    size = round(float(match[1]) * factor)
    if size < 1:
        raise UsageError(f"{text!r} is a size of 0 bytes. The smallest size is 1 B.")
    return size


def parse_share(text: str) -> float:
    """Read a percentage from 0 % to 100 %, such as `1 %` or `0.01%`, as a share of 1.

    Raises:
        UsageError: the text is none.
    """
    match = _SHARE.fullmatch(text)
    share = float(match[1]) / 100 if match else 2.0
    if share > 1:
        raise UsageError(f"{text!r} is no percentage from 0 % to 100 %. Write one such as 1 % or 0.01 %.")
    return share


_SCALE = ((1, "B", 0), (KIB, "KiB", 1), (MIB, "MiB", 2), (GIB, "GiB", 3), (1024 * GIB, "TiB", 3))
"""The units that sizes are printed in, each with its decimals; the largest is used for all above."""


def format_bytes(size: float) -> str:
    """Print a number of bytes in the largest binary unit that keeps it at or above 1: `75.42 MiB`, `-16 KiB`.

    The unit is chosen after rounding, so nothing is printed as 1024 of a unit that has a next one, and nothing as a
    negative zero. `parse_size` reads back every size of at least 1 B, to the decimals printed.
    """
    for factor, unit, decimals in _SCALE:
        value = round(size / factor, decimals)
        if abs(value) < KIB or factor == _SCALE[-1][0]:
            return f"{_decimals(value, decimals)} {unit}"
    raise AssertionError("the last unit is used for all above")


def _decimals(value: float, decimals: int) -> str:
    """Print a rounded value; KiB drop a decimal of zero, since pages are whole KiB."""
    text = f"{value + 0.0:.{decimals}f}"
    return text.removesuffix(".0") if decimals == 1 else text


def format_shift(size: float) -> str:
    """Print a difference with its sign: `+1.25 MiB`, `-16 KiB`, `0 B`."""
    text = format_bytes(size)
    return f"+{text}" if size > 0 and not text.startswith("0 ") else text
