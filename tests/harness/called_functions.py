"""Functions that trials of the tests call in processes of their own. Standard library only."""

import os

MIB = 1024 * 1024


def hold(count: int, unit: int) -> None:
    assert len(b"x" * (count * unit)) == count * unit


async def hold_later(mib: int) -> int:
    return len(b"x" * (mib * MIB))


def take_much_leave_little() -> bytes:
    return b"x" * (100 * MIB) and b"y" * MIB


def use(prepared: bytes) -> None:
    assert prepared == b"y" * MIB


def read_data() -> None:
    with open(os.environ["DATA"]) as file:
        assert file.read() == "x" * 10


def fail() -> None:
    raise ValueError("no orders")
