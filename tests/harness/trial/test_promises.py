"""Each way to run keeps its own promise: a figure is right, or it says that it may be too low."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import followed_programs
import pytest
import refused_calls

ROOT = Path(__file__).parents[3]
SCRIPT = followed_programs.__file__
KIB = 1024
NOBODY = 65534
ERROR_BYTES, ERROR_SHARE = 512 * KIB, 0.005

pytestmark = pytest.mark.slow


def measure_all(
    *prefix: str, options: tuple[str, ...] = (), python: str = sys.executable, folder: Path
) -> dict[str, Any]:
    done = subprocess.run(
        [*prefix, python, SCRIPT, str(folder), *options],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    assert list(found) == list(followed_programs.PROGRAMS)
    return found


def is_right(entry: dict[str, Any]) -> bool:
    return bool(abs(entry["figure"] - entry["truth"]) <= max(ERROR_BYTES, ERROR_SHARE * entry["truth"]))


def hold_to_promise(found: dict[str, Any], *, polled: set[str]) -> None:
    """Every figure is right or marked; those that do not depend on polling are right and said to be exact."""
    wrong = {name: entry for name, entry in found.items() if not is_right(entry) and entry["exact"]}
    assert wrong == {}
    for name, entry in found.items():
        assert entry["outcome"] == "ok", name
        if name in polled:
            assert (entry["method"], entry["exact"]) == ("polled", False), name
            assert entry["caveats"], name
        else:
            assert is_right(entry), (name, entry)
            assert entry["exact"], (name, entry)


def test_by_the_account_alone(tmp_path: Path) -> None:
    found = measure_all(folder=tmp_path)
    hold_to_promise(found, polled={"mark reset", "children ignored"})
    assert is_right(found["mark reset"])


def test_traced(tmp_path: Path) -> None:
    hold_to_promise(measure_all(options=("--trace",), folder=tmp_path), polled={"mark reset"})


def test_with_the_supervisor_in_python(tmp_path: Path) -> None:
    hold_to_promise(measure_all(options=("--plain",), folder=tmp_path), polled={"mark reset", "children ignored"})


@pytest.mark.skipif(not refused_calls.NUMBERS, reason="the numbers of the system calls are not known here")
@pytest.mark.parametrize("options", [(), ("--trace",)])
def test_where_ptrace_and_descriptors_of_processes_are_refused(tmp_path: Path, options: tuple[str, ...]) -> None:
    found = measure_all(sys.executable, refused_calls.__file__, "ptrace,pidfd_open", options=options, folder=tmp_path)
    hold_to_promise(found, polled={"mark reset", "children ignored"})


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_as_a_user_without_rights(tmp_path: Path) -> None:
    become = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs")
    python = next((name for name in (sys.executable, "/usr/bin/python3") if _runs_as_nobody(become, name)), None)
    if python is None:
        pytest.skip("that user can run no interpreter here")
    folder = Path(f"/tmp/membench-test-{os.getpid()}")  # pytest's own folders are closed to others
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    try:
        hold_to_promise(measure_all(*become, python=python, folder=folder), polled={"mark reset", "children ignored"})
    finally:
        subprocess.run(["rm", "-r", str(folder)], check=True)


def _runs_as_nobody(become: tuple[str, ...], python: str) -> bool:
    """Tell whether an interpreter can be started there by that user, and again by itself."""
    code = (
        f"import subprocess, sys; sys.path.insert(0, {str(ROOT / 'src')!r}); import membench.harness.trial.command;"
        "subprocess.run([sys.executable, '-S', '-E', '-c', ''], check=True)"
    )
    return subprocess.run([*become, python, "-c", code], capture_output=True, check=False).returncode == 0
