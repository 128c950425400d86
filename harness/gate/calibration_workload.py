"""What the calibration runs, inside the measured process."""

from collections.abc import Callable

OBJECTS = 40_000


class Steady:
    """Makes objects of several sizes, drops most of them, and says how many it has kept."""

    def __init__(self) -> None:
        self._kept: list[str] = []

    def run(self, mark: Callable[[str], None]) -> None:
        """Make them."""
        mark("work")
        made = [{"number": number, "name": str(number) * (number % 40)} for number in range(OBJECTS)]
        self._kept = [str(entry["name"]) for entry in made[::10]]

    def digest(self) -> str:
        """Count what was kept."""
        return str(len(self._kept))

    def close(self) -> None:
        """Drop the rest."""
        self._kept.clear()


def steady(*, scratch: str) -> Steady:
    """Make the workload."""
    del scratch
    return Steady()
