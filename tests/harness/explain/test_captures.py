"""Pythons that a program forks, starts or turns into are in one picture, below the call that they come from."""

from pathlib import Path

import pytest
from captured_programs import capture, paths

from membench.harness.errors import MeasurementError
from membench.harness.explain.captures import make_heap, read_heap, read_starts
from membench.harness.explain.sources import Sources

_STARTS = """\
    import os, subprocess, sys

    CHILD = "kept = [bytes(300_000) for _ in range(10)]"

    def started():
        subprocess.run([sys.executable, "-c", CHILD], check=True)

    def with_its_own_environment():
        subprocess.run([sys.executable, "-c", CHILD], check=True, env={"A": "b"})

    def through_a_shell():
        os.system(f"{sys.executable} -c '{CHILD}'")

    def turned_into():
        pid = os.fork()
        if pid == 0:
            os.execv(sys.executable, [sys.executable, "-c", CHILD])
        os.waitpid(pid, 0)

    def forked():
        pid = os.fork()
        if pid == 0:
            kept = [bytes(300_000) for _ in range(10)]
            os._exit(0)
        os.waitpid(pid, 0)

    def grandchild():
        program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}], check=True)"
        subprocess.run([sys.executable, "-c", program], check=True)

    for how in (started, with_its_own_environment, through_a_shell, turned_into, forked, grandchild):
        how()
"""


def test_every_way_to_start_a_python_is_followed_to_the_call_that_started_it(tmp_path: Path) -> None:
    heap = capture(tmp_path, _STARTS)
    held = paths(heap.tree, 2_900_000)
    assert sorted(path[1] for path in held) == sorted(
        ["started", "with_its_own_environment", "through_a_shell", "turned_into", "forked", "grandchild"]
    )
    assert {path[0] for path in held} == {"<module>"}
    assert heap.processes == 8
    assert heap.remarks == ("7 other Python processes are in the picture, each at its own peak",)


_SPAWNED = """\
    import multiprocessing

    def work():
        kept = [bytes(300_000) for _ in range(10)]

    def start():
        process = multiprocessing.get_context("spawn").Process(target=work)
        process.start()
        process.join()

    if __name__ == "__main__":
        start()
"""


def test_a_child_that_multiprocessing_spawns_is_in_the_picture(tmp_path: Path) -> None:
    heap = capture(tmp_path, _SPAWNED)
    (path,) = paths(heap.tree, 2_900_000)
    assert path[:3] == ("<module>", "start", "BaseProcess.start")
    assert "work" in path


def test_what_is_started_and_is_not_python_is_said_to_be_missing(tmp_path: Path) -> None:
    heap = capture(tmp_path, "import subprocess; subprocess.run(['true'], check=True)")
    assert heap.remarks == ("1 started processes are not Python, or were started without their environment: not in it",)


def test_a_program_keeps_its_own_sitecustomize(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("import builtins; builtins.MINE = 1")
    program = f"""\
        import os, subprocess, sys
        subprocess.run([sys.executable, "-c", "assert MINE"], check=True, env={{"PYTHONPATH": {str(own)!r}}})
    """
    assert capture(tmp_path, program).processes == 2


def test_a_capture_that_is_none_is_an_error_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "memray.bin").write_bytes(b"nothing of the kind")
    with pytest.raises(MeasurementError, match="main process could not be read"):
        read_heap(tmp_path, Sources())


def test_a_line_of_starts_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "starts.jsonl"
    path.write_text('{"pid": 1, "parent": 2, "how": "start", "frames": []}\n{"pid": 3, "par')
    assert [start["pid"] for start in read_starts(path)] == [1]


def test_an_unread_capture_of_a_child_is_named() -> None:
    main = {
        "frames": [["", "", 0]],
        "nodes": [[-1, 0, 5, 1, 0, 0]],
        "peak_bytes": 5,
        "native": False,
        "moments": [],
        "pid": 1,
    }
    heap = make_heap({"captures": {"memray.bin": main}, "unread": {"started-1.bin": "OSError: cut"}}, [], Sources())
    assert heap.remarks == ("the capture started-1.bin could not be read (OSError: cut)",)
    assert heap.tree.total() == 5


@pytest.mark.slow
def test_with_native_frames_the_c_function_that_allocates_is_named(tmp_path: Path) -> None:
    program = "import numpy\ndef make():\n    return numpy.ones((1000, 1000))\nkept = make()\n"
    heap = capture(tmp_path, program, native=True)
    (path,) = paths(heap.tree, 7_900_000)
    assert path[:3] == ("<module>", "make", "ones")
    assert any("PyArray_NewFromDescr" in function for function in path[3:])
