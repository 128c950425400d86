"""The identifiers that a run has scraped, held in memory as the described system does; `stored_ids` keeps them."""

from collections.abc import Iterable, Iterator


class HeldIds:
    """A set in memory: it grows with the league."""

    def __init__(self) -> None:
        self._ids: set[str] = set()

    def update(self, ids: Iterable[str]) -> None:
        """Add identifiers."""
        self._ids.update(ids)

    def __contains__(self, game_id: object) -> bool:
        """Tell whether an identifier is there."""
        return game_id in self._ids

    def __iter__(self) -> Iterator[str]:
        """Give all of them in order."""
        return iter(sorted(self._ids))
