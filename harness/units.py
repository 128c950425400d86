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


def format_bytes(size: float) -> str:
    """Print a number of bytes in the largest binary unit that keeps it at or above 1: `75.42 MiB`, `-16 KiB`."""
    magnitude = abs(size)
    if magnitude < KIB:
        return f"{size:.0f} B"
    if magnitude < MIB:
        return f"{_trim(size / KIB)} KiB"
    if magnitude < 1000 * MIB:
        return f"{size / MIB:.2f} MiB"
    return f"{size / MIB:,.0f} MiB"


def format_shift(size: float) -> str:
    """Print a difference with its sign: `+1.25 MiB`, `-16 KiB`, `0 B`."""
    return f"+{format_bytes(size)}" if size > 0 else format_bytes(size)


def _trim(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
