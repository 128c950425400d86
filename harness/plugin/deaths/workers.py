"""In the controller of pytest-xdist: gives each worker a limit, and tells what is known of one that died."""

import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from membench.harness.kernel.cgroups import CgroupUnavailableError, Group, make_group
from membench.harness.plugin.deaths.post_mortem import Death, death_in, kills_of_machine, story
from membench.harness.plugin.deaths.recorder import Record, read
from membench.harness.plugin.every.entries import Entries, RunEntry

RECORDER = "membench_recorder"
GROUP = "membench_group"
OUTSIDE = ".outside"  # beside a worker's record: what it had when it entered its group
_INTERVAL_SECONDS = 0.02


class Worker:
    """What the controller knows of one worker."""

    def __init__(self, record: Path, group: Group | None) -> None:
        self.path = record
        self.group = group
        self.kills = kills_of_machine()
        self.polled_bytes: int | None = None
        self._test = ""

    def poll(self) -> None:
        """Read its high-water mark, which it resets before each test."""
        record = read(self.path)
        if record is None:
            return
        with suppress(OSError, ValueError, IndexError):
            status = Path(f"/proc/{record.pid}/status").read_text(encoding="ascii", errors="replace")
            mark = int(status.partition("VmHWM:")[2].split()[0]) * 1024
            same = record.doing == self._test
            self.polled_bytes = max(mark, self.polled_bytes or 0) if same else mark
            self._test = record.doing

    def death(self, limit_bytes: int | None) -> Death:
        """Tell how it ended."""
        if self.group is None or limit_bytes is None:
            return Death(None, kills_of_machine() - self.kills, self.polled_bytes, polled=True)
        outside = self.path.with_suffix(OUTSIDE)
        size = int(outside.read_text(encoding="ascii")) if outside.exists() else 0
        return death_in(self.group, limit_bytes, size)


class Workers:
    """Hooks of the controller."""

    def __init__(self, entries: Entries, limit_bytes: int | None, notes: list[str]) -> None:
        self._entries = entries
        self._limit = limit_bytes
        self._folder = tempfile.TemporaryDirectory(prefix="membench-")
        self._workers: dict[str, Worker] = {}
        self._stories: dict[str, str] = {}
        self._stopped = threading.Event()
        self._poller = threading.Thread(target=self._poll, daemon=True)
        self.notes = notes

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where to note what it does, and which group to enter."""
        name = node.gateway.id
        record = Path(self._folder.name) / name
        group = self._group()
        self._workers[name] = Worker(record, group)
        node.workerinput[RECORDER] = str(record)
        if group is not None:
            node.workerinput[GROUP] = str(group.path)
        if not self._poller.is_alive():
            self._poller.start()

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Find out how a worker died, and remove its group."""
        worker = self._workers.pop(node.gateway.id, None)
        if worker is None:
            return
        if error:
            record, death = read(worker.path), worker.death(self._limit)
            self._stories[node.gateway.id] = story(f"worker {node.gateway.id}", record, death)
            self._enter(node.gateway.id, record, death)
        if worker.group is not None:
            worker.group.remove()

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, report: pytest.TestReport) -> None:
        """Put what is known into the report of the test that did not come back."""
        found = self._stories.pop(report.node.gateway.id, "")
        if found:
            report.longrepr = f"{report.longrepr}\n{found}"

    def pytest_sessionfinish(self) -> None:
        """Stop polling, and tell of workers that died between tests."""
        self._stopped.set()
        self.notes += self._stories.values()
        for worker in self._workers.values():
            if worker.group is not None:
                worker.group.remove()
        with suppress(OSError):
            self._folder.cleanup()

    def _group(self) -> Group | None:
        if self._limit is None:
            return None
        try:
            return make_group()
        except CgroupUnavailableError as error:
            note = f"--membench-limit: no limit held. {error}"
            if note not in self.notes:
                self.notes.append(note)
            return None

    def _enter(self, worker: str, record: Record | None, death: Death) -> None:
        if record is None or not record.test:
            return
        file, _, name = record.test.partition("::")
        peak = None if death.peak_bytes is None else max(0, death.peak_bytes - record.start_bytes)
        self._entries.tests.append(RunEntry(file, name, worker, "killed", peak, 0, False, record.start_bytes, 0.0))  # noqa: FBT003 - a named tuple

    def _poll(self) -> None:
        while not self._stopped.wait(_INTERVAL_SECONDS):
            for worker in list(self._workers.values()):
                worker.poll()
