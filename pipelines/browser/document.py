"""What a page shows, and what of it outlives that. Everything here holds the bytes that it stands for."""

from membench.pipelines.site import Response

MAPPED_FROM_BYTES = 8 * 1024 * 1024
PAGE_SIZE = 4096


def touched(size: int) -> object:
    """Hold `size` bytes that are resident; zeros would be mapped lazily and never become so.

    Large ones are mapped, as they are in a browser's own processes, and so given back to the system when they are let
    go of. The C library's heap gives back none that are smaller than the largest it has freed (up to 32 MiB).
    """
    if size < MAPPED_FROM_BYTES:
        return b"\xa5" * size
    from mmap import mmap  # noqa: PLC0415 - only where something is so large

    block = mmap(-1, size)
    block[::PAGE_SIZE] = b"\xa5" * -(-size // PAGE_SIZE)
    return block


class Document:
    """One loaded address. Alive as long as its page, or anyone with a node of it, holds it."""

    __slots__ = ("_dom", "_layout", "_surface", "dom_bytes", "left_behind_bytes", "markup", "status", "url")

    def __init__(self, url: str, response: Response) -> None:
        self.url = url
        self.status = response.status
        self.markup = response.markup
        self.dom_bytes = response.dom_bytes
        self.left_behind_bytes = response.left_behind_bytes
        self._dom = touched(response.dom_bytes)
        self._layout = touched(response.layout_bytes)
        self._surface = touched(response.surface_bytes)

    def hide(self) -> None:
        """Drop what only a visible document has; it could be shown again at once."""
        self._surface = b""

    def unload(self) -> None:
        """Drop all but the document itself, which waits to be collected."""
        self._layout = b""


class Node:
    """An element. Like any handle it keeps alive what it belongs to: its document, or the page that shows it."""

    __slots__ = ("number", "owner")

    def __init__(self, owner: object, number: int) -> None:
        self.owner = owner
        self.number = number
