"""Outside the measured process: runs one trial in a fresh interpreter, under controls."""

import json
import os
import secrets
import shutil
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from membench.harness.errors import MeasurementError
from membench.harness.kernel.cgroups import Group
from membench.harness.kernel.controls import SCRUBBED_ENVIRONMENT, Controls
from membench.harness.kernel.live_tree import shows_own_numbers
from membench.harness.kernel.process_tree import TREE_METER, TreeSource, group_for, tree_source
from membench.harness.kernel.scratch import held_scratch
from membench.harness.meters import load_meter, meter_file
from membench.harness.model import WARM_UP, Reading, Trial, Workload
from membench.harness.trial.adapters import COMMAND, adapter_file
from membench.harness.trial.claims import read_claim, read_phases
from membench.harness.trial.command import CommandTrial, run_command
from membench.harness.trial.figure import make_reading
from membench.harness.trial.fixed_paths import FixedPaths, padded
from membench.harness.trial.measured_process import Observation, Start, run_process
from membench.harness.trial.page_cache import PageCache, mapped_files
from membench.harness.trial.protocol import REQUEST, Request
from membench.harness.trial.starts import Starts

ALARM_GRACE_SECONDS = 10.0
RUN_PREFIX = "membench-run-"
SCRATCH_PREFIX = "membench-"  # mkdtemp adds a fixed length: argv is equally long in every trial
HARNESS = Path(__file__).absolute().parents[1]
WORKER = "trial/worker.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """Runs trials under the same controls; safe to use from several threads."""

    controls: Controls
    time_limit_seconds: float
    memory_limit_bytes: int | None = None
    artifacts: Path | None = None  # a folder for the files that meters leave
    scratch: Path | None = None  # a folder for those of the trials; None for the machine's own
    cancelled: threading.Event = field(default_factory=threading.Event)
    paths: FixedPaths | None = None  # of a run: made by `held`
    page_cache: PageCache = field(default_factory=PageCache)
    starts: Starts = field(default_factory=Starts)

    @contextmanager
    def held(self) -> Iterator["Isolation"]:
        """Keep the trials in one folder, which a later run clears with all that runs there if this one is killed."""
        if self.paths is not None:
            yield self
        elif self.scratch is not None:
            yield replace(self, paths=FixedPaths(self.scratch))
        else:
            with held_scratch(RUN_PREFIX) as folder:
                yield replace(self, scratch=folder, paths=FixedPaths(folder))

    def run(self, trial: Trial, cpu: int) -> Reading:
        """Run one trial in a process of its own.

        Raises:
            Cancelled: `cancelled` was set before the trial ended.
            CgroupUnavailableError: a memory limit needs a cgroup, and none can be made.
            MeasurementError: the process could not be started, or its folder was taken away.
        """
        if self.paths is None:
            with self.held() as isolation:
                return isolation.run(trial, cpu)
        if trial.workload.adapter == COMMAND:
            return self._run_command(trial, cpu)
        return self._run_callable(trial, cpu, self.paths)

    def _run_callable(self, trial: Trial, cpu: int, paths: FixedPaths) -> Reading:
        with _scratch_folder(self.scratch) as scratch, group_for(trial.meter, self.memory_limit_bytes) as group:
            request, command = _prepare(trial, self._limit(trial), scratch, paths)
            tree: list[TreeSource] = []

            def read_tree(pid: int, group: Group | None) -> TreeSource:
                tree.append(tree_source(pid, group))
                return tree[0]

            self._await_turn()
            ended = run_process(
                Start(
                    command=command,
                    environment={**SCRUBBED_ENVIRONMENT, **trial.workload.environment},
                    folder=scratch,
                    controls=self.controls,
                    cpu=cpu,
                    group=group,
                ),
                Observation(
                    time_limit_seconds=self._limit(trial),
                    cancelled=self.cancelled,
                    tree=read_tree if trial.meter == TREE_METER else None,
                    at_sample=self._note_files if trial.repeat == WARM_UP else None,
                ),
            )
            claim = read_claim(scratch, request["token"])
            artifacts = None if trial.repeat == WARM_UP else self.artifacts
            collected = load_meter(trial.meter).collect(scratch, artifacts)
            phases = read_phases(scratch)
        return make_reading(trial, ended, claim, phases, collected, tree=tree[0] if tree else None, paths=paths)

    def _limit(self, trial: Trial) -> float:
        return trial.workload.time_limit_seconds or self.time_limit_seconds

    def _note_files(self, pid: int) -> None:
        if shows_own_numbers():
            self.page_cache.note(mapped_files(pid))

    def _await_turn(self) -> None:
        self.page_cache.warm()
        self.starts.await_turn()

    def _run_command(self, trial: Trial, cpu: int) -> Reading:
        """Run a command as `membench measure` does, with nothing to read and its output thrown away."""
        workload = trial.workload
        with _scratch_folder(self.scratch) as scratch, open(os.devnull, "r+b") as nowhere:  # noqa: PTH123 - a descriptor
            self._await_turn()
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
                    ok_statuses=workload.ok_statuses,
                    cancelled=self.cancelled,
                )
            )
        return replace(reading, scenario=workload.scenario, variant=workload.variant)


@contextmanager
def _scratch_folder(parent: Path | None) -> Iterator[Path]:
    assert parent is not None, "held makes one"
    try:
        folder = Path(tempfile.mkdtemp(prefix=padded(parent, SCRATCH_PREFIX), dir=parent))
    except OSError as error:
        raise MeasurementError(f"Could not make a folder for a trial in {parent}: {error.strerror}.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(trial: Trial, time_limit_seconds: float, scratch: Path, paths: FixedPaths) -> tuple[Request, list[str]]:
    """Write the request of a trial down; give it, and the command that starts the trial."""
    workload = trial.workload
    adapter, meter = adapter_file(workload.adapter), meter_file(trial.meter)
    harness = paths.link(str(HARNESS))
    linked = adapter is None and not load_meter(trial.meter).NAMES_FILES
    request = Request(
        token=secrets.token_hex(16),
        target=workload.target,
        parameters=dict(workload.parameters),
        arguments=list(workload.arguments),
        setup=workload.setup,
        folder=workload.folder if adapter else "",
        import_paths=[paths.link(path) if linked else path for path in workload.import_paths],
        package_paths=_package_paths() if load_meter(trial.meter).NEEDS_PACKAGES else [],
        adapter_file=f"{harness}/trial/adapters/{adapter.name}" if adapter else "",
        meter_file=f"{harness}/meters/{meter.name}",
        alarm_seconds=time_limit_seconds + ALARM_GRACE_SECONDS,
    )
    (scratch / REQUEST).write_text(json.dumps(request), encoding="utf-8")
    script = f"{harness}/{WORKER}" if workload.interpreter else paths.compiled(f"{harness}/{WORKER}")
    return request, [*_interpreter(workload), script, str(scratch), harness, *([paths.folder] if linked else [])]


def _interpreter(workload: Workload) -> list[str]:
    """Name the Python of a workload, and what it leaves out."""
    # -P: the harness's own folder is not on the search path. -S: no site-packages and no .pth files; a workload with an
    # adapter of its own calls somebody's program, which needs what is installed with it.
    if adapter_file(workload.adapter) is not None:
        return [workload.interpreter or sys.executable, "-P"]
    # Without site-packages a virtual environment is but a longer path to the same Python.
    return [workload.interpreter or str(Path(sys.executable).resolve()), "-S", "-P"]


def _package_paths() -> list[str]:
    """Say where packages are installed; a path alone, because `site` would run every .pth file there."""
    return list(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")))
