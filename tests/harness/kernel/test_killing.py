import os
import subprocess

from membench.harness.kernel.killing import end_all
from membench.harness.kernel.live_tree import below, is_running


def test_everything_that_is_found_is_ended_also_what_starts_meanwhile() -> None:
    with subprocess.Popen(["sh", "-c", "while :; do sleep 1000 & sleep 0.01; done"]) as busy:
        started = {busy.pid}

        def find() -> set[int]:
            started.update(pid for known in tuple(started) for pid in below(known))
            return {pid for pid in started if is_running(pid)}

        assert end_all(find) == frozenset()
        assert not any(is_running(pid) for pid in started)


def test_this_process_is_never_ended() -> None:
    assert end_all(lambda: {os.getpid()}) == frozenset()


def test_what_has_another_process_number_by_now_is_not_signalled() -> None:
    with subprocess.Popen(["sleep", "1000"]) as other:
        looks = iter([{other.pid}, set(), set()])
        assert end_all(lambda: next(looks)) == frozenset()
        assert is_running(other.pid)
        other.kill()
