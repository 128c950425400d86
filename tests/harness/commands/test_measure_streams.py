"""A command that is measured has the terminal, the signals and the environment that it has without membench."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from on_terminal import Terminal

from membench.harness.kernel.live_tree import is_running

PYTHON = sys.executable
MEASURE = (PYTHON, "-m", "membench", "measure")
ASK = """
import os, sys
print("streams", os.isatty(0), os.isatty(1), os.isatty(2), flush=True)
with open("/dev/tty", "r+b", buffering=0) as terminal:
    terminal.write(b"password: ")
    print("read", terminal.readline(), flush=True)
for number in range(3):
    print("error", number, file=sys.stderr, flush=True)
    print("output", number, flush=True)
"""
SERVER = """
import signal, sys, time
kept = bytearray(b"x") * (20 << 20)
def stop(number, frame):
    snapshot = bytes(kept)
    open(sys.argv[1], "w").write("saved")
    sys.exit(int(sys.argv[2]))
signal.signal(signal.SIGINT, stop)
print("ready", flush=True)
while True: time.sleep(0.01)
"""
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGINT, lambda *_: os.write(1, b"no\\n"))  # print may be interrupted by itself
print("ready", flush=True)
while True: time.sleep(1)
"""


def test_a_terminal_is_the_commands_own_and_lines_come_in_its_order() -> None:
    def seen(*prefix: str) -> str:
        terminal = Terminal([*prefix, PYTHON, "-S", "-E", "-c", ASK])
        terminal.wait_for("password: ")
        terminal.type("secret\n")
        assert terminal.end() == 0
        return terminal.seen

    bare = seen()
    assert "streams True True True" in bare
    assert seen(*MEASURE, "--").startswith(bare)


@pytest.mark.parametrize(("status", "shown"), [(0, "peak"), (1, "having reached")])
def test_ctrl_c_reaches_the_command_first_and_what_was_measured_is_shown(
    tmp_path: Path, status: int, shown: str
) -> None:
    terminal = Terminal([*MEASURE, "--", PYTHON, "-c", SERVER, str(tmp_path / "out"), str(status)])
    terminal.wait_for("ready")
    terminal.type("\x03")
    assert terminal.end() == 130
    assert (tmp_path / "out").read_text() == "saved"
    assert shown in terminal.seen
    assert "interrupted" in terminal.seen


def test_a_second_ctrl_c_ends_a_command_that_does_not_end() -> None:
    terminal = Terminal([*MEASURE, "--", PYTHON, "-S", "-E", "-c", STUBBORN])
    terminal.wait_for("ready")
    terminal.type("\x03")
    terminal.wait_for("no\n")
    terminal.wait_for("interrupt again")
    terminal.type("\x03")
    assert terminal.end() == 130
    assert "ended by force" in terminal.seen


def test_an_interrupt_of_membench_alone_is_passed_on_and_the_document_is_complete(tmp_path: Path) -> None:
    command = [*MEASURE, "--format", "json", "--repeats", "5", "--", PYTHON, "-c", SERVER, str(tmp_path / "out"), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stderr.readline() == "ready\n"
        running.send_signal(2)
        document = json.loads(running.communicate()[0])
    assert running.returncode == 130
    assert (tmp_path / "out").read_text() == "saved"
    assert len(document["samples"][0]["peak_bytes"]) == 1, "no further repeat is begun"


def test_a_signal_that_a_command_sends_to_its_own_group_is_no_interrupt() -> None:
    code = "trap '' INT; kill -INT 0; sleep 0.3; echo went on"
    done = subprocess.run(
        [*MEASURE, "--", "sh", "-c", code], capture_output=True, text=True, check=False, start_new_session=True
    )
    assert done.stdout == "went on\n"
    assert done.returncode == 0, done.stderr


def test_the_environment_arrives_as_it_was_given(tmp_path: Path) -> None:
    given = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "LC_ALL": "C",
        "app.cache.max-mb": "50",
        "npm_config_//registry.example/:always-auth": "true",
        "BASH_FUNC_module%%": "() {  echo module called; }",
    }

    def environment(*prefix: str) -> str:
        return subprocess.run(
            [*prefix, "/usr/bin/env", "-0"], env=given, capture_output=True, text=True, check=True
        ).stdout

    assert sorted(environment(*MEASURE, "--").split("\0")) == sorted(environment().split("\0"))


def test_a_function_of_the_shell_can_be_called() -> None:
    code = f"module() {{ echo called; }}; export -f module; {PYTHON} -m membench measure -- bash -c module"
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "called\n"


def test_no_variable_is_added_in_the_c_locale() -> None:
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    done = subprocess.run([*MEASURE, "--", "/usr/bin/env"], env=given, capture_output=True, text=True, check=True)
    assert sorted(line.partition("=")[0] for line in done.stdout.splitlines()) == sorted(given)


def test_shared_memory_is_cleaned_up_by_the_helper_that_does_so() -> None:
    code = (
        "from multiprocessing import shared_memory as s\n"
        "import os; block = s.SharedMemory(create=True, size=1 << 20); print(block.name, flush=True); os._exit(0)"
    )
    done = subprocess.run([*MEASURE, "--", PYTHON, "-c", code], capture_output=True, text=True, check=True)
    assert not (Path("/dev/shm") / done.stdout.strip().lstrip("/")).exists()
    assert "outlived" not in done.stderr


def test_nothing_of_the_command_outlives_a_membench_that_is_killed(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = f"setsid sleep 1000 & echo $$ $! > {pids}; echo up; sleep 1000"
    with subprocess.Popen([*MEASURE, "--", "sh", "-c", code], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "up\n"
        running.kill()
        running.wait()
        assert running.stdout.read() == "", "the last process that could write to it has ended"
    assert not any(is_running(int(pid)) for pid in pids.read_text().split())
