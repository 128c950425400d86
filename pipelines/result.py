"""What a run comes to, and the digest by which two runs are compared."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from membench.pipelines.cms import TABLES, Cms

if TYPE_CHECKING:
    from membench.pipelines.ids import HeldIds
    from membench.pipelines.stored_ids import StoredIds


class LeagueResult:
    """The identifiers that were scraped, and what failed; all else is in the CMS."""

    def __init__(self, scraped_ids: "HeldIds | StoredIds") -> None:
        self.scraped_ids = scraped_ids
        self.failures: list[tuple[str, str]] = []  # the item, and its error in words


def digest(result: LeagueResult, cms: Cms) -> str:
    """Hash everything that a run leaves behind, in an order that does not depend on how it ran."""
    from hashlib import sha256  # noqa: PLC0415 - half a MiB of OpenSSL that the run itself has no use for

    hashed = sha256()

    def add(kind: str, rows: Iterable[object]) -> None:
        for row in rows:
            hashed.update(f"{kind}\x1f{row!r}\x1e".encode())

    for table in TABLES:
        add(table, cms.rows(table))
    add("scraped", result.scraped_ids)
    add("failed", sorted(result.failures))
    return f"sha256:{hashed.hexdigest()}"
