"""Calls that leave something behind, or look as if they did."""

from functools import lru_cache

KEPT: list[bytes] = []
_calls = 0


def grows() -> None:
    """Keeps an object of 92 bytes and a place in a list: 100 B a call."""
    KEPT.append(bytes(59))


@lru_cache(maxsize=128)
def page(number: int) -> bytes:
    return bytes(5000)


def cached() -> None:
    global _calls  # noqa: PLW0603 - as careless as a user's
    _calls += 1
    page(_calls)


def clean() -> int:
    return sum(map(len, [bytes(1000) for _ in range(50)]))


def fails() -> None:
    global _calls  # noqa: PLW0603 - as above
    _calls += 1
    if _calls == 30:
        raise RuntimeError("the thirtieth call")
