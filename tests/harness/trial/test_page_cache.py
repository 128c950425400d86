"""The files that trials map are read whole, and nothing that is no file is waited for."""

import os
import threading
from pathlib import Path

from membench.harness.trial.page_cache import LARGEST_FILE_BYTES, PageCache, mapped_files


def test_the_files_of_a_process_are_found_and_those_of_none_are_none() -> None:
    files = mapped_files(os.getpid())
    assert any("libc" in file for file in files)
    assert mapped_files(2**22 + 1) == set()


def test_what_cannot_be_read_or_never_ends_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)
    cache = PageCache()
    cache.note([str(tmp_path / "pipe"), str(tmp_path / "gone"), str(tmp_path / "huge"), "/dev/zero", str(tmp_path)])
    cache.warm()
    assert len(cache.files) == 5


def test_files_may_be_noted_while_others_are_read() -> None:
    cache = PageCache()
    cache.note([__file__])

    def note() -> None:
        for number in range(2000):
            cache.note([f"/nowhere/{number}"])

    thread = threading.Thread(target=note)
    thread.start()
    while thread.is_alive():
        cache.warm()
    thread.join()
    assert len(cache.files) == 2001
