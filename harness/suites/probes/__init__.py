"""Questions that only a user's own code can answer, each put to it in a process of its own.

A probe is a file in this folder with `answer(question)`, both JSON values; a question has `import_paths`. It runs
with the interpreter, the variables and in the folder that the workload will have, so nothing of the user's is ever
imported where membench itself runs, and what it prints is in nobody's way.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from membench.harness.errors import UsageError
from membench.harness.kernel.controls import SCRUBBED_ENVIRONMENT

QUESTION = "question.json"
ANSWER = "answer.json"
TIME_LIMIT_SECONDS = 300.0
TAIL_BYTES = 2000
FOLDER = Path(__file__).parent
_TOO_OLD = "Unknown option: -P"  # what such an interpreter says of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a question is put."""

    interpreter: str = ""  # "" for the one of the harness
    folder: str = ""  # to run in; "" for a scratch folder
    environment: Mapping[str, str] = field(default_factory=dict)


def run_probe(
    probe: str, question: Mapping[str, Any], place: Place, time_limit_seconds: float = TIME_LIMIT_SECONDS
) -> Any:
    """Put a question and give the answer; no process of it is left.

    Raises:
        UsageError: the interpreter could not be started, or the code that it asked gave no answer.
    """
    interpreter = place.interpreter or sys.executable
    with tempfile.TemporaryDirectory(prefix="membench-") as scratch, Path(scratch, "stderr").open("w+b") as stderr:
        Path(scratch, QUESTION).write_text(json.dumps(question), encoding="utf-8")
        command = [interpreter, "-P", str(FOLDER / "process.py"), scratch, str(FOLDER / f"{probe}.py")]
        environment = {**SCRUBBED_ENVIRONMENT, **place.environment}
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's interpreter and this project's own script
                command,
                cwd=place.folder or scratch,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
            )
        except OSError as error:
            raise UsageError(f"Could not start {interpreter}: {error.strerror}.") from error
        try:
            process.wait(time_limit_seconds)
        except subprocess.TimeoutExpired as error:
            raise UsageError(f"{_words(question)} took longer than {time_limit_seconds:g} s.") from error
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return _answer(Path(scratch, ANSWER), question, interpreter, _tail(Path(scratch, "stderr")))


def _answer(path: Path, question: Mapping[str, Any], interpreter: str, said: str) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if _TOO_OLD in said:
            raise UsageError(
                f"{interpreter} is older than Python 3.11, and cannot run what membench measures."
            ) from None
        last = said.strip().splitlines()[-1:] or ["its process ended and said nothing"]
        raise UsageError(f"{_words(question)} failed: {last[0]}") from None


def _tail(path: Path) -> str:
    """Give the end of a file of error messages."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        return file.read().decode(errors="replace")


def _words(question: Mapping[str, Any]) -> str:
    return str(question.get("words", "Importing the workloads"))
