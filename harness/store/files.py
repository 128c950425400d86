"""Places to write to, and files that are complete or not there."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from membench.harness.errors import UnwritableOutputError


def writable_folder(path: Path) -> Path:
    """Make a folder for output if need be, and prove that files can be written there.

    Raises:
        UnwritableOutputError: they cannot.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path):
            pass
    except OSError as error:
        raise UnwritableOutputError(
            f"Cannot write to {path}: {error.strerror}. Name a place that can be written to."
        ) from error
    return path


def writable_file(path: Path) -> Path:
    """Prove that a file can be written, and make the folder for it if need be.

    Raises:
        UnwritableOutputError: it cannot.
    """
    if path.is_dir():
        raise UnwritableOutputError(f"Cannot write to {path}: it is a folder. Name a file.")
    writable_folder(path.parent)
    return path


@contextmanager
def atomic_writer(path: Path) -> Iterator[IO[str]]:
    """Open a text file that takes its place only once it is complete.

    A link stays and leads to the new file. A device or a pipe, such as /dev/null, is written to and not replaced.

    Raises:
        UnwritableOutputError: it cannot be written; what was there before stays.
    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            with target.open("w", encoding="utf-8", newline="\n") as file:
                yield file
            return
        with _complete_file(target) as file:
            yield file
    except OSError as error:
        raise UnwritableOutputError(f"Cannot write {path}: {error.strerror}.") from error


@contextmanager
def _complete_file(path: Path) -> Iterator[IO[str]]:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink()


def write_json(document: object, path: Path) -> Path:
    """Write one JSON document, all of it or nothing; give the path back.

    Raises:
        UnwritableOutputError: it cannot be written; what was there before stays.
    """
    with atomic_writer(path) as file:
        json.dump(document, file, indent=1)
        file.write("\n")
    return path
