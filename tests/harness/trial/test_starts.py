"""Starts are kept apart, and one that is far enough from the last is not held up."""

import threading
import time

from membench.harness.trial.starts import Starts


def test_starts_of_several_threads_are_apart() -> None:
    starts, times = Starts(0.02), []

    def start() -> None:
        starts.await_turn()
        times.append(time.monotonic())

    threads = [threading.Thread(target=start) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(times) - min(times) >= 4 * 0.02 - 0.005


def test_one_alone_is_not_held_up() -> None:
    starts = Starts(1000)
    starts.await_turn()  # a second one would wait for a quarter of an hour
