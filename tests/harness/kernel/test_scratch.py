"""A scratch folder is gone when its owner is, however that ended."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from membench.harness.kernel.processes import is_alive
from membench.harness.kernel.scratch import held_scratch

OWNER = """
import subprocess, sys, time
from membench.harness.kernel.scratch import held_scratch
with held_scratch("held-") as folder:
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    where, told = {"works in it": (folder, {}), "was told of it": ("/", {"CACHE": f"{folder}/cache"})}[sys.argv[1]]
    child = subprocess.Popen(sleeper, cwd=where, env=told, start_new_session=True)
    print(folder, child.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@pytest.fixture
def start() -> Iterator[Callable[[str], tuple[subprocess.Popen[str], Path, int]]]:
    """Start owners of a scratch folder in processes of their own."""
    started: list[subprocess.Popen[str]] = []
    children: list[int] = []

    def owner(child: str) -> tuple[subprocess.Popen[str], Path, int]:
        process = subprocess.Popen([sys.executable, "-c", OWNER, child], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        folder, pid = process.stdout.readline().rsplit(maxsplit=1)
        children.append(int(pid))
        return process, Path(folder), int(pid)

    yield owner
    for pid in children:
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)
    for process in started:
        process.kill()
        process.communicate()  # the children have the other end of its pipe


def ends(pid: int) -> bool:
    """Wait for a process that nobody here can wait for."""
    deadline = time.monotonic() + 30
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(pid)


def test_it_is_there_while_it_is_held_and_gone_afterwards(temporary: Path) -> None:
    with held_scratch("held-") as folder:
        assert folder.parent == temporary
        assert folder.name.startswith("held-")
    assert list(temporary.iterdir()) == []


def test_it_is_gone_after_an_exception(temporary: Path) -> None:
    with pytest.raises(KeyboardInterrupt), held_scratch("held-"):
        raise KeyboardInterrupt
    assert list(temporary.iterdir()) == []


def test_what_it_holds_beside_files_is_cleared_before_it_is_removed() -> None:
    seen: list[bool] = []
    with held_scratch("held-", lambda folder: seen.append((folder / "x").exists())) as folder:
        (folder / "x").touch()
    assert seen == [True]


def test_a_process_that_was_left_in_it_ends_with_it() -> None:
    with held_scratch("held-") as folder:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], cwd=folder)
    assert child.wait(timeout=30) == -signal.SIGKILL


@pytest.mark.parametrize("child", ["works in it", "was told of it"])
def test_after_kill_9_the_next_owner_clears_it_and_ends_what_runs_there(
    temporary: Path, start: Callable[[str], tuple[subprocess.Popen[str], Path, int]], child: str
) -> None:
    owner, folder, pid = start(child)
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    assert folder.exists()
    assert is_alive(pid)
    cleared: list[Path] = []
    with held_scratch("held-", cleared.append) as own:
        assert not folder.exists()
        assert cleared == [folder]
        assert ends(pid)
    assert cleared == [folder, own]
    assert list(temporary.iterdir()) == []


def test_a_folder_whose_owner_lives_is_left_alone(
    start: Callable[[str], tuple[subprocess.Popen[str], Path, int]],
) -> None:
    owner, folder, pid = start("works in it")
    with held_scratch("held-"):
        assert folder.exists()
        assert is_alive(pid)
    assert folder.exists()
    assert owner.poll() is None


def test_a_folder_that_is_just_being_made_or_is_no_folder_at_all_is_left_alone(temporary: Path) -> None:
    (temporary / "held-new").mkdir()
    (temporary / "held-new" / ".lock").touch()
    (temporary / "held-file").touch()
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lock").touch()
    (temporary / "held-link").symlink_to(elsewhere)
    before = sorted(temporary.iterdir())
    with held_scratch("held-"):
        pass
    assert sorted(temporary.iterdir()) == before
    assert (elsewhere / "lock").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make another user's folder")
def test_another_users_folder_is_not_even_looked_into(temporary: Path) -> None:
    """A pipe of that name would keep whoever opens it waiting for ever."""
    other = temporary / "held-other"
    other.mkdir()
    os.mkfifo(other / "lock")
    os.chown(other, 65534, 65534)
    with held_scratch("held-"):
        pass
    assert other.exists()
