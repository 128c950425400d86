"""Workloads with memory at known places. Standard library only."""

from collections.abc import Callable

MIB = 1024 * 1024


class Workload:
    """Runs a function; has nothing to check."""

    def __init__(self, function: Callable[[Callable[[str], None]], None]) -> None:
        self.run = function

    def digest(self) -> str:
        return ""

    def close(self) -> None: ...


def hold(pieces: int) -> list[bytes]:
    return [b"x" * MIB for _ in range(pieces)]  # the line that is looked for


def look(held: list[bytes]) -> int:
    return len(held)


def moment(*, pieces: int, scratch: str) -> Workload:
    """Hold so many MiB for a moment, and nothing at the end."""

    def run(mark: Callable[[str], None]) -> None:
        mark("full")
        held = hold(pieces)
        look(held)
        del held
        mark("empty")
        look([])

    return Workload(run)


def fail(*, pieces: int, scratch: str) -> Workload:
    """Hold so many MiB, then raise."""

    def run(mark: Callable[[str], None]) -> None:
        raise RuntimeError(look(hold(pieces)))

    return Workload(run)
