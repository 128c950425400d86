import os
import stat
import threading
from pathlib import Path

import pytest

from membench.harness.errors import UnwritableOutputError
from membench.harness.store.files import atomic_writer


def write(path: Path, text: str) -> None:
    with atomic_writer(path) as file:
        file.write(text)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")

    def interrupted() -> None:
        with atomic_writer(path) as file:
            file.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "before"
    write(path, "after")
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    # Root can replace /dev/null by a file, which takes it away from the whole machine.
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(path.read_text()))
    reader.start()
    write(path, "through")
    reader.join()
    assert read == ["through"]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_link_stays_and_leads_to_the_new_file(tmp_path: Path) -> None:
    link, file = tmp_path / "link", tmp_path / "file"
    file.write_text("before")
    link.symlink_to(file)
    write(link, "after")
    assert link.is_symlink()
    assert file.read_text() == "after"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnwritableOutputError):
        write(tmp_path, "text")
