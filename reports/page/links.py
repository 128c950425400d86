"""Links to files beside a page: only relative ones that stay below the page's own folder."""

from pathlib import PurePosixPath
from urllib.parse import quote

from membench.reports import wording


def below(path: str) -> str | None:
    """Return the address of a file below the page's folder, or None for a path that leads anywhere else."""
    steps = PurePosixPath(path).parts
    if not steps or path.startswith("/") or ".." in steps or "\\" in path or wording.plain(path) != path:
        return None
    # The leading dot keeps a name with a colon from being read as a scheme.
    return quote("/".join((".", *steps)))


def name(path: str) -> str:
    """Return the last step of a path."""
    return PurePosixPath(path).name
