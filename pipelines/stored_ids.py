"""The identifiers that a run has scraped, kept in the CMS: the memory that they take does not depend on the league."""

from collections.abc import Iterable, Iterator

from membench.pipelines.cms import Cms


class StoredIds:
    """A table of the CMS."""

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
