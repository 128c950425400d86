"""Outside the measured process: starts one trial in a fresh interpreter, watches it, and ends it if need be."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from membench.harness.errors import MeasurementError
from membench.harness.kernel import launcher
from membench.harness.kernel.cgroups import Group
from membench.harness.kernel.controls import SCRUBBED_ENVIRONMENT, Controls, applied
from membench.harness.kernel.process_tree import TREE_METER, TreeSource, group_for, tree_source
from membench.harness.kernel.scratch import held_scratch
from membench.harness.meters import load_meter, meter_file
from membench.harness.model import WARM_UP, Outcome, PhaseSpan, Reading, Trial, Workload
from membench.harness.trial import worker
from membench.harness.trial.adapters import COMMAND, kind_file
from membench.harness.trial.call_sites import call_site
from membench.harness.trial.command import CommandTrial, run_command
from membench.harness.trial.exit_status import judge_status
from membench.harness.trial.monitor import Recorder, Watch

READ_BYTES = 1024 * 1024
ALARM_GRACE_SECONDS = 10.0
# Two processes that start in the same instant fault in the same files in step; a fault leaves out the neighbours of its
# page that the other process has locked just then, and both peaks come out up to 60 KiB lower.
START_SPACING_SECONDS = 0.05
RUN_PREFIX = "membench-run-"
SCRATCH_PREFIX = "membench-"  # mkdtemp adds a fixed length: argv is equally long in every trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """Runs trials under the same controls; safe to use from several threads."""

    controls: Controls
    time_limit_seconds: float
    memory_limit_bytes: int | None = None
    artifacts: Path | None = None  # a folder for the files that meters leave
    scratch: Path | None = None  # a folder for those of the trials; None for the machine's own
    cancelled: threading.Event = field(default_factory=threading.Event)
    _starting: threading.Lock = field(default_factory=threading.Lock)
    _mapped_files: set[str] = field(default_factory=set)  # by the warm-ups

    @contextmanager
    def held(self) -> Iterator["Isolation"]:
        """Keep the trials in one folder, which a later run clears with all that runs there if this one is killed."""
        if self.scratch is not None:
            yield self
            return
        with held_scratch(RUN_PREFIX) as folder:
            yield replace(self, scratch=folder)

    def run(self, trial: Trial, cpu: int) -> Reading:
        """Run one trial in a process of its own.

        Raises:
            Cancelled: `cancelled` was set before the trial ended.
            CgroupUnavailableError: a memory limit needs a cgroup, and none can be made.
            MeasurementError: the process could not be started, or left something other than a reading.
        """
        if trial.workload.kind == COMMAND:
            return self._run_command(trial, cpu)
        with _scratch_folder(self.scratch) as scratch, group_for(trial.meter, self.memory_limit_bytes) as group:
            _write_request(scratch, trial, self._limit(trial))
            self._warm()
            command = _command(trial.workload, scratch)
            environment = {**SCRUBBED_ENVIRONMENT, **trial.workload.environment}
            held = launcher.held(command) if group else command
            with _started(held, environment, self.controls, cpu, scratch) as process:
                if group is not None:
                    launcher.wait_until_held(process.pid)
                    group.add(process.pid)
                    launcher.let_go(process.pid)
                ended = self._watch(trial, process, group)
            self._mapped_files.update(ended.mapped_files)
            artifacts = None if trial.repeat == WARM_UP else self.artifacts
            collected = load_meter(trial.meter).collect(scratch, artifacts)
            return _reading(trial, ended, scratch, collected)

    def _limit(self, trial: Trial) -> float:
        return trial.workload.time_limit_seconds or self.time_limit_seconds

    def _warm(self) -> None:
        """Read the mapped files before each trial and not only once: the page cache of an idle machine shrinks."""
        with self._starting:
            _read_whole(self._mapped_files)
            time.sleep(START_SPACING_SECONDS)

    def _run_command(self, trial: Trial, cpu: int) -> Reading:
        """Run a command as `membench measure` does, with nothing to read and its output thrown away."""
        workload = trial.workload
        with _scratch_folder(self.scratch) as scratch, open(os.devnull, "r+b") as nowhere:  # noqa: PTH123 - a descriptor
            self._warm()
            reading = run_command(
                CommandTrial(
                    argv=workload.arguments,
                    meter=trial.meter,
                    repeat=trial.repeat,
                    controls=self.controls,
                    cpu=cpu,
                    stdin=nowhere.fileno(),
                    stdout=nowhere.fileno(),
                    stderr=nowhere.fileno(),
                    time_limit_seconds=self._limit(trial),
                    memory_limit_bytes=self.memory_limit_bytes,
                    folder=workload.folder or str(scratch),
                    environment={**SCRUBBED_ENVIRONMENT, **workload.environment},
                    cancelled=self.cancelled,
                )
            )
        return replace(reading, scenario=workload.scenario, variant=workload.variant)

    def _watch(self, trial: Trial, process: subprocess.Popen[bytes], group: Group | None) -> "_Ended":
        assert process.stderr is not None, "standard error is a pipe"
        recorder = Recorder()
        mapped: set[str] = set()
        tree = tree_source(process.pid, group) if trial.meter == TREE_METER else None
        with _Resident(process.pid) as resident, _pidfd(process.pid) as ended:

            def sample(elapsed: float) -> None:
                recorder.add(elapsed, tree.now() if tree else resident.read())
                if trial.repeat == WARM_UP:
                    mapped.update(_mapped_files(process.pid))

            watch = Watch(
                ended=ended,
                stderr=process.stderr.fileno(),
                sample=sample,
                slackens=tree is None,
                time_limit_seconds=self._limit(trial),
                cancelled=self.cancelled,
            )
            try:
                in_time = watch.until_end()
            finally:
                if process.poll() is None:
                    _kill_group(process)
        status = process.wait()
        return _Ended(
            started=watch.started,
            wall_seconds=time.monotonic() - watch.started,
            timed_out=not in_time,
            status=status,
            stderr=watch.stderr_tail,
            recorder=recorder,
            mapped_files=mapped,
            oom_kills=group.oom_kills() if group is not None else 0,
            tree=tree,
        )


def _command(workload: Workload, scratch: Path) -> list[str]:
    # -P: the harness's own folder is not on the search path. -S: no site-packages and no .pth files; a workload of a
    # kind of its own is somebody's program, which needs what is installed with it.
    flags = ["-S", "-P"] if kind_file(workload.kind) is None else ["-P"]
    return [workload.interpreter or sys.executable, *flags, worker.__file__, str(scratch)]


@contextmanager
def _scratch_folder(parent: Path | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_request(scratch: Path, trial: Trial, time_limit_seconds: float) -> None:
    workload = trial.workload
    kind = kind_file(workload.kind)
    request = {
        "target": workload.target,
        "parameters": dict(workload.parameters),
        "import_paths": list(workload.import_paths),
        "kind_file": str(kind) if kind else "",
        "meter_file": str(meter_file(trial.meter)),
        "package_paths": _package_paths() if load_meter(trial.meter).NEEDS_PACKAGES else [],
        "alarm_seconds": time_limit_seconds + ALARM_GRACE_SECONDS,
    }
    if kind:
        request |= {"arguments": list(workload.arguments), "setup": workload.setup, "folder": workload.folder}
    (scratch / worker.REQUEST).write_text(json.dumps(request), encoding="utf-8")


def _package_paths() -> list[str]:
    """Say where packages are installed; a path alone, because `site` would run every .pth file there."""
    return list(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")))


@contextmanager
def _started(
    command: list[str], environment: Mapping[str, str], controls: Controls, cpu: int, folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process in a session of its own, and leave none of that session behind."""
    try:
        with applied(controls, cpu):
            process = subprocess.Popen(  # noqa: S603 - this interpreter and this project's own script
                command,
                cwd=folder,
                env=environment,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """What the watching of a process that has ended came to."""

    started: float
    wall_seconds: float
    timed_out: bool
    status: int
    stderr: bytes
    recorder: Recorder
    mapped_files: set[str]
    oom_kills: int
    tree: TreeSource | None


@contextmanager
def _pidfd(pid: int) -> Iterator[int]:
    descriptor = os.pidfd_open(pid)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


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


def _reading(trial: Trial, ended: _Ended, scratch: Path, collected: dict[str, Any]) -> Reading:
    left = _read_found(scratch / worker.READING) or {}
    outcome, detail = _judge(trial, ended, left)
    found = left | collected
    sampled = max(ended.recorder.rss, default=None)
    return Reading(
        scenario=trial.workload.scenario,
        variant=trial.workload.variant,
        meter=trial.meter,
        repeat=trial.repeat,
        outcome=outcome,
        peak_bytes=max(sampled or 0, found.get("floor_bytes", 0)) if ended.tree else found.get("peak_bytes") or sampled,
        wall_seconds=round(ended.wall_seconds, 6),
        phases=_spans(scratch / worker.PHASES, ended.started),
        timeline=ended.recorder.timeline(),
        digest=found.get("digest"),
        detail=detail,
        stderr_tail="" if outcome is Outcome.OK else ended.stderr.decode(errors="replace"),
        source=ended.tree.words if ended.tree else found.get("source", ""),
        call_sites=tuple(call_site(site) for site in found.get("call_sites", ())),
        artifacts=tuple(found.get("artifacts", ())),
    )


def _read_found(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def _judge(trial: Trial, ended: _Ended, found: dict[str, Any]) -> tuple[Outcome, str]:
    if ended.timed_out:
        return Outcome.TIMED_OUT, f"no end after {ended.wall_seconds:.1f} s"
    if ended.status != 0 or not found:
        return judge_status(ended.status, ended.oom_kills)
    expected = trial.workload.expected_digest
    if expected is not None and found.get("digest") != expected:
        return Outcome.WRONG_OUTPUT, f"digest {found.get('digest')} instead of {expected}"
    return Outcome.OK, ""


def _spans(path: Path, started: float) -> tuple[PhaseSpan, ...]:
    """Read the phases as far as the process wrote them down."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return ()
    # One that was ended in the middle of a line did not end that phase.
    spans = (json.loads(line) for line in lines if line.endswith("\n"))
    return tuple(
        PhaseSpan(
            name=name,
            start_seconds=round(start - started, 4),
            end_seconds=round(end - started, 4),
            peak_bytes=peak,
        )
        for name, start, end, peak in spans
    )
