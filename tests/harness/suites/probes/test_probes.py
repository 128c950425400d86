"""Questions to a user's code, each in a process of its own."""

import time
from pathlib import Path

import pytest

from membench.harness.errors import UsageError
from membench.harness.kernel.processes import is_alive
from membench.harness.suites.probes import Place, run_probe


def problems(folder: Path, *targets: str) -> list[str]:
    found: list[str] = run_probe(
        "imports",
        {"import_paths": [str(folder)], "targets": [(target, None, True) for target in targets]},
        Place(folder=str(folder)),
    )
    return found


def test_what_can_be_called_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "jobs.py").write_text("print('imported')\nclass Job:\n    def run(self): pass\n")
    assert problems(tmp_path, "jobs:Job", "jobs:Job.run") == ["", ""]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("jbos:run", "there is no module 'jbos' in "),
        ("jobs.more:run", "there is no module 'jobs.more' in "),
        ("jobs:rum", "module 'jobs' has no 'rum', but run"),
        ("jobs:run.fast", "'run' has no 'fast'"),
        ("jobs:LIMIT", "'jobs:LIMIT' is of type int, which cannot be called"),
        ("needs:run", "importing 'needs' raised ModuleNotFoundError at "),
        ("broken:run", "broken.py:2: no shop\n"),
        ("leaves:run", "importing 'leaves' raised SystemExit at "),
        ("unread:run", "importing 'unread' raised SyntaxError"),
    ],
)
def test_what_cannot_be_called_is_said_with_its_reason(tmp_path: Path, target: str, said: str) -> None:
    (tmp_path / "jobs.py").write_text("LIMIT = 3\ndef run(): pass\n")
    (tmp_path / "needs.py").write_text("import nosuchpackage\n")
    (tmp_path / "broken.py").write_text("\nraise ValueError('no shop')\n")
    (tmp_path / "leaves.py").write_text("import sys; sys.exit(3)\n")
    (tmp_path / "unread.py").write_text("def run(:\n")
    [problem] = problems(tmp_path, target)
    assert said.removesuffix("\n") in problem
    assert "\n" not in problem


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["orders"], ""),
        (["orders", "mode"], ""),
        (["orders", "dry"], "it takes (orders, mode='fast') and would get (orders, dry): got an unexpected keyword"),
        ([], "it takes (orders, mode='fast') and would get (): missing a required argument: 'orders'"),
    ],
)
def test_arguments_that_do_not_fit_are_said(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "jobs.py").write_text("def run(orders, mode='fast'): pass\n")
    [problem] = run_probe(
        "imports", {"import_paths": [str(tmp_path)], "targets": [("jobs:run", arguments, True)]}, Place()
    )
    assert problem.startswith(said)
    assert bool(problem) is bool(said)


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_a_generator_function_is_no_call_since_nothing_of_it_would_run_and_fine_as_a_set_up(
    tmp_path: Path, kind: str
) -> None:
    (tmp_path / "jobs.py").write_text(f"{kind} rows(): yield 1\n")
    question = {"import_paths": [str(tmp_path)], "targets": [("jobs:rows", [], True), ("jobs:rows", [], False)]}
    call, setup = run_probe("imports", question, Place())
    assert call.startswith("it is a generator function, and calling it runs nothing of it")
    assert setup == ""


def test_code_that_ends_the_process_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "jobs.py").write_text(
        "import os, sys; sys.stderr.write('no licence\\n'); sys.stderr.flush(); os._exit(1)"
    )
    with pytest.raises(UsageError, match="Importing the workloads failed: no licence"):
        problems(tmp_path, "jobs:run")


def test_code_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    (tmp_path / "jobs.py").write_text(
        "import subprocess, time\n"
        f"with open({str(note)!r}, 'w') as file: file.write(str(subprocess.Popen(['sleep', '1000']).pid))\n"
        "time.sleep(1000)\n"
    )
    with pytest.raises(UsageError, match="took longer than 5 s"):
        run_probe(
            "imports",
            {"import_paths": [str(tmp_path)], "targets": [("jobs:run", None, True)]},
            Place(),
            time_limit_seconds=5,
        )
    started = int(note.read_text())
    while is_alive(started):
        time.sleep(0.01)  # a signal takes effect a little later than it is sent


def test_an_interpreter_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UsageError, match="Could not start /nowhere/python: No such file"):
        run_probe("imports", {"import_paths": [], "targets": []}, Place(interpreter="/nowhere/python"))


def test_an_interpreter_that_is_too_old_is_said_to_be_so(tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text('#!/bin/sh\necho "Unknown option: -P" >&2\necho "Try python -h for more information." >&2\nexit 2\n')
    old.chmod(0o755)
    with pytest.raises(UsageError, match=r"python is older than Python 3\.11"):
        run_probe("imports", {"import_paths": [], "targets": []}, Place(interpreter=str(old)))
