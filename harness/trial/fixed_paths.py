"""Names of one length for what a trial is started with and imports, wherever that lies.

The same code in a checkout with a longer path takes more memory: the path is in the arguments, in the search path, in
every module and in the bytecode that was compiled from it. Each string more moves what is allocated after it, and a
peak by up to 300 KiB. So a trial imports through links whose names are equally long on every machine, and keeps the
bytecode that was compiled under those names.

A module's `__file__` then names the link. That suits membench's own workloads and no user's: theirs may look for files
beside the folder that they are imported from.
"""

import os
import py_compile
import threading
from pathlib import Path

LENGTH = 64
"""Of the path of a folder that links are in, or that a trial works in. It grows where TMPDIR is too long for it."""


def padded(parent: Path, name: str, length: int = LENGTH) -> str:
    """Lengthen the name of a folder, so that its whole path is of a fixed length if the parent's leaves room for it."""
    return name + "-" * max(0, length - len(f"{parent}/{name}"))


class FixedPaths:
    """Makes the links of one run, in a folder of its own. Safe to use from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / padded(folder, "paths")
        self._targets: dict[str, str] = {}
        self._scripts: dict[str, str] = {}
        self._lock = threading.Lock()

    @property
    def folder(self) -> str:
        """Where the links are, and the bytecode of what is imported through them."""
        return str(self._folder)

    def link(self, target: str) -> str:
        """Give the link to a folder; the same one each time.

        Raises:
            OSError: it could not be made.
        """
        with self._lock:
            if target not in self._targets:
                self._folder.mkdir(exist_ok=True)
                self._targets[target] = self._make(target)
            return self._targets[target]

    def compiled(self, script: str) -> str:
        """Give the bytecode of a script, for this interpreter: parsing its source would be in the peak of what runs it.

        Raises:
            OSError: it could not be written.
        """
        with self._lock:
            path = self._scripts.get(script)
            if path is None:
                path = f"{self._folder}/{Path(script).stem}.pyc"
                py_compile.compile(script, cfile=path, doraise=True)
                self._scripts[script] = path
            return path

    @property
    def targets(self) -> dict[str, str]:
        """The links so far, each with what it stands for."""
        return {link: target for target, link in self._targets.copy().items()}

    def restored(self, text: str) -> str:
        """Put the real paths in place of the links in a text, such as a traceback."""
        for target, link in self._targets.copy().items():
            text = text.replace(f"{link}/", f"{target}/")
        return text

    def _make(self, target: str) -> str:
        for number in range(1000):
            link = f"{self._folder}/{number:03}"
            try:
                os.symlink(target, link)  # noqa: PTH211 - a text, as it will be read back
            except FileExistsError:
                if os.readlink(link) != target:  # noqa: PTH115 - as above
                    continue
            return link
        raise OSError(f"{self._folder} is full")
