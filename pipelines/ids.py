"""The identifiers that a run has scraped: held in memory, as the described system does, or kept in the CMS."""

from collections.abc import Iterable, Iterator

from membench.pipelines.cms import Cms


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


class StoredIds:
    """A table of the CMS: the memory that it takes does not depend on the size of the league."""

    def __init__(self, cms: Cms) -> None:
        self._cms = cms

    def update(self, ids: Iterable[str]) -> None:
        """Add identifiers."""
        self._cms.add_scraped(ids)

    def __contains__(self, game_id: object) -> bool:
        """Tell whether an identifier is there."""
        return self._cms.is_scraped(game_id)

    def __iter__(self) -> Iterator[str]:
        """Give all of them in order."""
        return self._cms.scraped()


ScrapedIds = HeldIds | StoredIds
"""A set of identifiers, given in order."""
