"""Runs each tool on each program, in turns, and keeps what came of it; a tool that fails is an outcome too."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from peer_tools import BARE, STDOUT, Tool, UnreadableOutputError

from membench.harness.errors import MembenchError

OWN_PEAK = "own_peak"
MOVED_BY_SECONDS = 0.1  # over all repeats; the longest pause between two samples of any of the tools
LONGEST_REASON = 160


class FailedRunError(Exception):
    """A run that gave no figure; the message is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    reported_bytes: int
    own_peak_bytes: int  # the kernel's mark of the program's process, as the program read it at its end
    wall_seconds: float
    block_seconds: float = 0.0  # how long the block of the spike was there


@dataclass(slots=True, kw_only=True)
class Outcome:
    """All the runs of one tool on one program."""

    tool: Tool
    program: Path
    runs: list[Run] = field(default_factory=list)
    failure: str | None = None


def run_all(
    tools: Sequence[Tool],
    programs: Sequence[Path],
    *,
    repeats: int,
    limit_seconds: float,
    announce: Callable[[str], None],
) -> list[Outcome]:
    """Run the bare programs and all tools in turns, so that what changes with time changes for all alike.

    The first round warms up and is thrown away. A tool that failed once is not run on that program again.
    """
    outcomes = [Outcome(tool=tool, program=program) for program in programs for tool in (BARE, *tools)]
    for turn in range(repeats + 1):
        announce(f"round {turn} of {repeats}" if turn else "warming up")
        delay = MOVED_BY_SECONDS * turn / repeats
        for outcome in outcomes:
            if outcome.failure is not None:
                continue
            try:
                run = _run(outcome.tool, outcome.program, delay_seconds=delay, limit_seconds=limit_seconds)
            except FailedRunError as error:
                outcome.failure = str(error)
                announce(f"{outcome.tool.name} on {outcome.program.stem}: failed: {error}")
                continue
            if turn:
                outcome.runs.append(run)
    return outcomes


def _run(tool: Tool, program: Path, *, delay_seconds: float, limit_seconds: float) -> Run:
    """Run a tool once, in a folder of its own.

    Raises:
        FailedRunError: it is not installed, ran too long, ended badly, or left no figure.
    """
    with tempfile.TemporaryDirectory(prefix="peers-") as name:
        scratch = Path(name)
        try:
            return _run_in(scratch, tool, program, delay_seconds, limit_seconds)
        except FailedRunError as error:
            raise FailedRunError(_without_paths(str(error), scratch)) from error


def _run_in(scratch: Path, tool: Tool, program: Path, delay_seconds: float, limit_seconds: float) -> Run:
    told = scratch / OWN_PEAK
    # `make peers` puts the tools beside the interpreter.
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PEERS_OWN_PEAK_FILE": str(told),
        "PEERS_DELAY_SECONDS": f"{delay_seconds:.3f}",
    }
    command = tool.command(sys.executable, str(program))
    if shutil.which(command[0], path=environment["PATH"]) is None:
        raise FailedRunError(f"not installed: {tool.install}")
    wall_seconds = _execute(command, scratch, environment, limit_seconds)
    if not told.exists():
        raise FailedRunError("the program did not reach its end under it")
    if tool.then:
        _execute(tool.then, scratch, environment, limit_seconds)
    own_peak, block_seconds = told.read_text(encoding="ascii").split()
    return Run(
        reported_bytes=_read(tool, scratch),
        own_peak_bytes=int(own_peak),
        wall_seconds=wall_seconds,
        block_seconds=float(block_seconds),
    )


def _execute(command: Sequence[str], scratch: Path, environment: dict[str, str], limit_seconds: float) -> float:
    """Run a command to its end and return the seconds it took; nothing that it started outlives it."""
    with (scratch / STDOUT).open("wb") as stdout, (scratch / "stderr").open("wb") as stderr:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=scratch,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        try:
            status = process.wait(limit_seconds)
            wall_seconds = time.perf_counter() - started
        except subprocess.TimeoutExpired:
            raise FailedRunError(f"still running after {limit_seconds:g} s") from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if status:
        raise FailedRunError(f"{command[0]} ended with {status}{_last_line(scratch)}")
    return wall_seconds


def _last_line(scratch: Path) -> str:
    for name in ("stderr", STDOUT):
        text = (scratch / name).read_text(encoding="utf-8", errors="replace").strip()
        if text:
            return f": {text.splitlines()[-1].strip()}"
    return ""


def _read(tool: Tool, scratch: Path) -> int:
    files = sorted(scratch.glob(tool.output))
    if not files:
        raise FailedRunError(f"it wrote no {tool.output}")
    try:
        return tool.parse(files[0].read_text(encoding="utf-8", errors="replace"))
    except (UnreadableOutputError, MembenchError, ValueError, LookupError, TypeError) as error:
        raise FailedRunError(f"its output could not be read: {error}") from error


def _without_paths(reason: str, scratch: Path) -> str:
    """A reason is printed in a document, where this machine's folders say nothing."""
    for folder in _folders(scratch):
        reason = reason.replace(f"{folder}/", "").replace(str(folder), ".")
    reason = " ".join(reason.split())
    return reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 1]}…"


def _folders(scratch: Path) -> Iterable[Path]:
    return scratch, Path(sys.executable).parent, Path(sys.prefix), Path(__file__).parents[2], Path.home()
