"""Outside the measured process: starts one trial in a fresh interpreter, watches it, and ends it if need be."""

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from harness import worker
from harness.controls import SCRUBBED_ENVIRONMENT, Controls, applied
from harness.errors import MeasurementError
from harness.meters import load_meter, meter_file
from harness.model import WARM_UP, CallSite, Outcome, PhaseSpan, Reading, Timeline, Trial

SAMPLE_SECONDS = 0.01  # of the timeline; the peak itself is never sampled
TIMELINE_POINTS = 400  # kept of each trial; a chart has no more pixels for them
STDERR_TAIL_BYTES = 4096
READ_BYTES = 1024 * 1024
ALARM_GRACE_SECONDS = 10.0
# Two processes that start in the same instant fault in the same files in step; a fault leaves out the neighbours of its
# page that the other process has locked just then, and both peaks come out up to 60 KiB lower.
START_SPACING_SECONDS = 0.05
SCRATCH_PREFIX = "membench-"  # mkdtemp adds a fixed length: argv is equally long in every trial


class Cancelled(Exception):  # noqa: N818 - not an error: somebody asked for it
    """The trial was ended because the run is being stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """Runs trials under the same controls; safe to use from several threads."""

    controls: Controls
    time_limit_seconds: float
    artifacts: Path | None = None  # a folder for the files that meters leave
    cancelled: threading.Event = field(default_factory=threading.Event)
    _starting: threading.Lock = field(default_factory=threading.Lock)

    def run(self, trial: Trial, cpu: int) -> Reading:
        """Run one trial in a process of its own.

        Raises:
            Cancelled: `cancelled` was set before the trial ended.
            MeasurementError: the process could not be started, or left something other than a reading.
        """
        with _scratch_folder() as scratch:
            _write_request(scratch, trial, self.time_limit_seconds)
            with self._starting:
                time.sleep(START_SPACING_SECONDS)
            with _started(self._command(scratch), self.controls, cpu, scratch) as process:
                watch = _Watch(process, self.time_limit_seconds, self.cancelled)
                watch.until_end(note_files=trial.repeat == WARM_UP)
            _read_whole(watch.mapped_files)
            collected = load_meter(trial.meter).collect(scratch, self.artifacts)
            return _reading(trial, watch, scratch, collected)

    def _command(self, scratch: Path) -> list[str]:
        # -S: no site-packages and no .pth files; -P: the harness's own folder is not on the search path.
        return [sys.executable, "-S", "-P", worker.__file__, str(scratch)]


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_request(scratch: Path, trial: Trial, time_limit_seconds: float) -> None:
    request = {
        "target": trial.workload.target,
        "parameters": dict(trial.workload.parameters),
        "import_paths": list(trial.workload.import_paths),
        "meter_file": str(meter_file(trial.meter)),
        "package_paths": _package_paths() if load_meter(trial.meter).NEEDS_PACKAGES else [],
        "alarm_seconds": time_limit_seconds + ALARM_GRACE_SECONDS,
    }
    (scratch / worker.REQUEST).write_text(json.dumps(request), encoding="utf-8")


def _package_paths() -> list[str]:
    """Say where packages are installed; a path alone, because `site` would run every .pth file there."""
    return list(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")))


@contextmanager
def _started(command: list[str], controls: Controls, cpu: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process in a session of its own, and leave none of that session behind."""
    try:
        with applied(controls, cpu):
            process = subprocess.Popen(  # noqa: S603 - this interpreter and this project's own script
                command,
                cwd=folder,
                env=SCRUBBED_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
    except OSError as error:
        raise MeasurementError(f"Could not start {command[0]}: {error}.") from error
    try:
        with process:
            yield process
    finally:
        _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End every process of the session, also those that the measured one has left behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


class _Watch:
    """Waits for a process to end, and meanwhile reads its standard error and its resident memory."""

    def __init__(self, process: subprocess.Popen[bytes], time_limit_seconds: float, cancelled: threading.Event) -> None:
        self._process = process
        self._limit = time_limit_seconds
        self._cancelled = cancelled
        self.started = time.monotonic()
        self.wall_seconds = 0.0
        self.timed_out = False
        self.status = 0
        self.stderr = b""
        self.seconds: list[float] = []
        self.rss: list[int] = []
        self.mapped_files: set[str] = set()
        self._note_files = False

    def until_end(self, *, note_files: bool) -> None:
        """Return when the process has ended, by itself or at its time limit; note the files it maps if asked."""
        self._note_files = note_files
        assert self._process.stderr is not None, "standard error is a pipe"
        ended = os.pidfd_open(self._process.pid)
        try:
            with selectors.DefaultSelector() as selector, _Resident(self._process.pid) as resident:
                selector.register(ended, selectors.EVENT_READ)
                selector.register(self._process.stderr, selectors.EVENT_READ)
                self._watch(selector, resident, ended)
        finally:
            os.close(ended)
            if self._process.poll() is None:
                _kill_group(self._process)
        self.status = self._process.wait()
        self.wall_seconds = time.monotonic() - self.started

    def _watch(self, selector: selectors.BaseSelector, resident: "_Resident", ended: int) -> None:
        while True:
            ready = {key.fd for key, _ in selector.select(SAMPLE_SECONDS)}
            elapsed = time.monotonic() - self.started
            if ended in ready:
                # What is still in the pipe; a descendant may hold it open, so it is not read to its end.
                self._read_stderr(selector)
                return
            self._sample(resident, elapsed)
            if ready:
                self._read_stderr(selector)
            if self._cancelled.is_set():
                raise Cancelled
            if elapsed > self._limit:
                self.timed_out = True
                return

    def _sample(self, resident: "_Resident", elapsed: float) -> None:
        if self._note_files:
            self.mapped_files |= _mapped_files(self._process.pid)
        rss = resident.read()
        if rss and (not self.seconds or elapsed - self.seconds[-1] >= SAMPLE_SECONDS / 2):
            self.seconds.append(elapsed)
            self.rss.append(rss)

    def _read_stderr(self, selector: selectors.BaseSelector) -> None:
        pipe: IO[bytes] | None = self._process.stderr
        assert pipe is not None, "standard error is a pipe"
        os.set_blocking(pipe.fileno(), False)
        try:
            data = os.read(pipe.fileno(), 65536)
        except BlockingIOError:
            return
        if not data and pipe in selector.get_map():
            selector.unregister(pipe)
        self.stderr = (self.stderr + data)[-STDERR_TAIL_BYTES:]

    def timeline(self) -> Timeline | None:
        """Thin the samples out to `TIMELINE_POINTS`, keeping the largest of each stretch."""
        if not self.seconds:
            return None
        stretch = -(-len(self.seconds) // TIMELINE_POINTS)
        starts = range(0, len(self.seconds), stretch)
        return Timeline(
            seconds=tuple(round(self.seconds[start], 4) for start in starts),
            rss_bytes=tuple(max(self.rss[start : start + stretch]) for start in starts),
        )


def _mapped_files(pid: int) -> set[str]:
    try:
        lines = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return set()
    paths = {line.partition("/")[2] for line in lines}
    return {f"/{path}" for path in paths if path}


def _read_whole(paths: Iterable[str]) -> None:
    """Read files to their end, so that all their pages are in the page cache.

    A page fault in a mapped file also maps those of its neighbours that are cached. Until all of them are, each
    trial finds a few more than the one before it and its peak is a few pages higher.
    """
    for path in paths:
        # A file may be gone meanwhile, or be none that can be read: then there is nothing to warm.
        with suppress(OSError), Path(path).open("rb") as file:
            while file.read(READ_BYTES):
                pass


class _Resident:
    """Reads the resident memory of a process from its `statm`, which costs that process nothing."""

    def __init__(self, pid: int) -> None:
        self._descriptor = os.open(f"/proc/{pid}/statm", os.O_RDONLY)
        self._page_size = os.sysconf("SC_PAGE_SIZE")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def read(self) -> int:
        """Tell the resident bytes now; 0 once the process has ended."""
        try:
            fields = os.pread(self._descriptor, 128, 0).split()
        except ProcessLookupError:
            return 0
        return int(fields[1]) * self._page_size if fields else 0


def _reading(trial: Trial, watch: _Watch, scratch: Path, collected: dict[str, Any]) -> Reading:
    found = _read_found(scratch / worker.READING)
    if found is not None:
        found |= collected
    outcome, detail = _judge(trial, watch, found)
    failed = outcome is not Outcome.OK
    return Reading(
        scenario=trial.workload.scenario,
        variant=trial.workload.variant,
        meter=trial.meter,
        repeat=trial.repeat,
        outcome=outcome,
        peak_bytes=found["peak_bytes"] if found else max(watch.rss, default=None),
        wall_seconds=round(watch.wall_seconds, 6),
        phases=_spans(found, watch.started),
        timeline=watch.timeline(),
        digest=found.get("digest") if found else None,
        detail=detail,
        stderr_tail=watch.stderr.decode(errors="replace") if failed else "",
        source=found.get("source", "") if found else "",
        call_sites=tuple(CallSite(**site) for site in found.get("call_sites", ())) if found else (),
        artifacts=tuple(found.get("artifacts", ())) if found else (),
    )


def _read_found(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def _judge(trial: Trial, watch: _Watch, found: dict[str, Any] | None) -> tuple[Outcome, str]:
    if watch.timed_out:
        return Outcome.TIMED_OUT, f"no end after {watch.wall_seconds:.1f} s"
    if watch.status < 0:
        return Outcome.CRASHED, f"signal {-watch.status} ({signal.Signals(-watch.status).name})"
    if watch.status > 0 or found is None:
        return Outcome.CRASHED, f"exit status {watch.status}"
    expected = trial.workload.expected_digest
    if expected is not None and found.get("digest") != expected:
        return Outcome.WRONG_OUTPUT, f"digest {found.get('digest')} instead of {expected}"
    return Outcome.OK, ""


def _spans(found: dict[str, Any] | None, started: float) -> tuple[PhaseSpan, ...]:
    if not found:
        return ()
    return tuple(
        PhaseSpan(
            name=name,
            start_seconds=round(start - started, 4),
            end_seconds=round(end - started, 4),
            peak_bytes=peak,
        )
        for name, start, end, peak in found["phases"]
        if peak is not None
    )
