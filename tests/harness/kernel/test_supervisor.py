"""Both supervisors, the compiled one and the one in Python, keep the same promises."""

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from membench.harness.kernel import supervisor_program
from membench.harness.kernel.live_tree import below, is_running
from membench.harness.kernel.supervisor import Ended, Event, Executed, Refused, Start, Started, Supervisor, supervised

MIB = 1024 * 1024
COMPILED = supervisor_program.supervisor_command()
KINDS = {"compiled": COMPILED, "plain": supervisor_program.plain_command()}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name: str = request.param
    if KINDS[name] == KINDS["plain"] and name != "plain":
        pytest.skip("no C compiler here")
    monkeypatch.setattr(supervisor_program, "supervisor_command", lambda: KINDS[name])
    return name


@contextmanager
def running(
    *argv: str, program: str = "", environment: Mapping[str, str] | None = None, output: int = 2, folder: str = ""
) -> Iterator[tuple[Supervisor, Started]]:
    with open(os.devnull, "r+b") as nowhere:
        start = Start(
            program=program or argv[0],
            argv=argv,
            environment=os.environ if environment is None else environment,
            descriptors=(nowhere.fileno(), output, 2),
            folder=folder,
        )
        with supervised(start) as supervisor:
            started = supervisor.wait_for_start()
            assert isinstance(started, Started)
            yield supervisor, started


def events_until(supervisor: Supervisor, enough: Callable[[list[Event]], bool]) -> list[Event]:
    """Collect events until there are enough of them, or until there are no more."""
    found: list[Event] = []
    with selectors.DefaultSelector() as selector:
        selector.register(supervisor.report, selectors.EVENT_READ)
        while not enough(found):
            assert selector.select(30), "nothing for half a minute"
            events = supervisor.events()
            if events is None:
                break
            found += events
    return found


def all_events(supervisor: Supervisor) -> list[Event]:
    return events_until(supervisor, lambda _: False)


def ends(events: list[Event]) -> dict[int, Ended]:
    return {event.pid: event for event in events if isinstance(event, Ended)}


def test_the_account_of_a_small_program_has_nothing_of_a_large_parent(kind: str) -> None:
    ballast = bytearray(b"\1") * (64 * MIB)
    with running("/bin/sh", "-c", ":") as (supervisor, started):
        supervisor.let_go()
        events = all_events(supervisor)
    assert len(ballast) > started.floor_bytes
    assert isinstance(events[0], Executed)
    assert ends(events)[started.pid].peak_bytes < max(4 * MIB, started.floor_bytes + MIB)
    assert ends(events)[started.pid].name == "sh"
    assert started.floor_bytes < (MIB if kind == "compiled" else 16 * MIB)


def test_an_orphan_is_collected_with_an_account_of_its_own(kind: str) -> None:
    child = f"{sys.executable} -S -E -c 'b = bytearray(b\"x\") * (40 << 20)'"
    with running("/bin/sh", "-c", f"({child} &) ; exit 3") as (supervisor, started):
        supervisor.let_go()
        found = ends(all_events(supervisor))
    assert found[started.pid].status == 3
    [orphan] = [ended for pid, ended in found.items() if ended.peak_bytes > 40 * MIB]
    assert orphan.pid != started.pid
    assert orphan.waited is False


def test_a_process_that_waited_for_another_is_told_from_one_that_did_not(kind: str) -> None:
    with running("/bin/sh", "-c", "/bin/true; exit 0") as (supervisor, started):
        supervisor.let_go()
        assert ends(all_events(supervisor))[started.pid].waited is True


def test_nothing_runs_before_it_is_let_go_and_nothing_is_left_when_the_orders_end(kind: str, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    with running("/bin/sh", "-c", f"touch {ran}; setsid sleep 1000 & sleep 1000") as (supervisor, started):
        time.sleep(0.05)
        assert not ran.exists()
        supervisor.let_go()
        while not (ran.exists() and len(below(supervisor.pid)) == 3):
            time.sleep(0.01)
        tree = below(supervisor.pid)
        supervisor.end_all()
        found = ends(all_events(supervisor))
    assert found[started.pid].status == -signal.SIGKILL
    assert not any(is_running(pid) for pid in tree)


def test_a_supervisor_that_is_let_alone_before_the_start_starts_nothing(kind: str, tmp_path: Path) -> None:
    with running("/usr/bin/touch", str(tmp_path / "ran")):
        pass
    assert not (tmp_path / "ran").exists()


def test_arguments_and_environment_arrive_as_they_were_given(kind: str, tmp_path: Path) -> None:
    given = {"app.cache.max-mb": "50", "BASH_FUNC_module%%": "() {  echo called; }", "EMPTY": "", "Z": "two\nlines"}
    out = tmp_path / "environment"
    with (
        out.open("wb") as file,
        running(
            "/bin/sh-as-given", "/proc/self/environ", program="/bin/cat", environment=given, output=file.fileno()
        ) as (supervisor, _),
    ):
        supervisor.let_go()
        all_events(supervisor)
    entries = out.read_bytes().split(b"\0")
    assert {entry.decode() for entry in entries if entry} == {f"{name}={value}" for name, value in given.items()}


def test_a_program_runs_in_the_folder_that_is_named(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with (
        out.open("wb") as file,
        running("/bin/pwd", "-P", output=file.fileno(), folder=str(tmp_path), environment={}) as (
            supervisor,
            _,
        ),
    ):
        supervisor.let_go()
        all_events(supervisor)
    assert out.read_text().strip() == str(tmp_path.resolve())


def test_a_script_without_a_first_line_is_run_by_the_shell(kind: str, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text('test "$1" = argument && exit 5\n')
    script.chmod(0o755)
    with running(str(script), "argument") as (supervisor, started):
        supervisor.let_go()
        assert ends(all_events(supervisor))[started.pid].status == 5


def test_a_program_that_cannot_be_executed_is_refused_with_the_reason(kind: str, tmp_path: Path) -> None:
    with running(str(tmp_path / "none")) as (supervisor, _):
        supervisor.let_go()
        assert Refused(error=2) in all_events(supervisor)


def test_a_signal_reaches_the_command_alone(kind: str) -> None:
    code = "trap 'exit 9' INT; while :; do sleep 0.01; done"
    with running("/bin/sh", "-c", code) as (supervisor, started):
        supervisor.let_go()
        events_until(supervisor, bool)
        time.sleep(0.1)
        supervisor.signal(signal.SIGINT)
        assert ends(all_events(supervisor))[started.pid].status == 9


def test_a_command_handles_signals_as_one_that_a_shell_starts(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "status"
    with out.open("wb") as file, running("/bin/cat", "/proc/self/status", output=file.fileno()) as (supervisor, _):
        supervisor.let_go()
        all_events(supervisor)
    lines = dict(line.split(":\t") for line in out.read_text().splitlines() if line.startswith("Sig"))
    assert int(lines["SigBlk"], 16) == 0
    assert int(lines["SigIgn"], 16) & (1 << (signal.SIGPIPE - 1)) == 0


def test_an_argument_with_a_nul_is_refused_before_anything_starts(kind: str) -> None:
    with pytest.raises(ValueError, match="null"), running("/bin/echo", "a\0b"):
        pass


def test_descriptors_and_zombies_are_given_back(kind: str) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with running("/bin/true") as (supervisor, _):
        supervisor.let_go()
        all_events(supervisor)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(supervisor.pid, os.WNOHANG)


def test_without_a_compiler_and_without_a_binary_the_one_in_python_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "supervisor.c"
    source.write_text("another version")
    monkeypatch.setattr(supervisor_program, "SOURCE", source)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    supervisor_program.supervisor_command.cache_clear()
    try:
        assert supervisor_program.supervisor_command() == supervisor_program.plain_command()
    finally:
        supervisor_program.supervisor_command.cache_clear()


def test_a_binary_that_anybody_could_have_written_is_not_run(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_text("")
    binary.chmod(0o777)
    assert not supervisor_program._is_ours(binary)
    binary.chmod(0o755)
    assert supervisor_program._is_ours(binary)
