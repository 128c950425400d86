"""A scratch folder that is found and cleared even where the process that made it was killed.

A lock on a file in it says that its owner lives; the kernel gives the lock back however the owner ends. The next owner
ends what still runs in a folder that nobody holds, and removes it.
"""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from membench.harness.kernel.killing import end_all
from membench.harness.kernel.live_tree import shows_own_numbers
from membench.harness.kernel.processes import processes_in

LOCK = "lock"


@contextmanager
def held_scratch(prefix: str, clear: Callable[[Path], None] = lambda _: None) -> Iterator[Path]:
    """Make a scratch folder, and clear those of the same prefix that were left behind.

    `clear` is called before a folder is removed, for what it holds that is more than files.
    """
    for folder in _left_behind(prefix):
        _remove(folder, clear)
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    # Locked before it has its name: a lock that is seen is held, or its owner has ended.
    with (folder / f".{LOCK}").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        Path(lock.name).rename(folder / LOCK)
        try:
            yield folder
        finally:
            _remove(folder, clear)


def _left_behind(prefix: str) -> Iterator[Path]:
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        # One that is just being made has no lock yet.
        with suppress(OSError):
            if not _is_own(folder):
                continue
            with (folder / LOCK).open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield folder


def _is_own(folder: Path) -> bool:
    """Tell whether a folder is this user's: another's is not to be cleared, nor is anything in it to be opened."""
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def _remove(folder: Path, clear: Callable[[Path], None]) -> None:
    end_processes_in(folder)
    clear(folder)
    shutil.rmtree(folder, ignore_errors=True)


def end_processes_in(folder: Path) -> None:
    """End every process that works in a folder, or was started with a name in it or by one that was."""
    if shows_own_numbers():  # else those found there would be other processes'
        end_all(lambda: processes_in(folder))
