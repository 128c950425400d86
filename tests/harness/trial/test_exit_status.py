"""How the end of a process that failed is named."""

import signal

from hypothesis import given
from hypothesis import strategies as st

from membench.harness.model import Outcome
from membench.harness.trial.exit_status import judge_status


@given(st.integers(1, signal.NSIG - 1))
def test_every_signal_that_can_end_a_process_has_a_name(number: int) -> None:
    outcome, detail = judge_status(-number, 0)
    assert outcome is Outcome.CRASHED
    assert detail.startswith(f"signal {number} (SIG")


def test_want_of_memory_says_whether_the_process_itself_was_ended_or_one_that_it_had_started() -> None:
    assert judge_status(-9, 1) == (Outcome.OUT_OF_MEMORY, "the kernel ended it at its memory limit")
    for status in (0, 1):
        outcome, detail = judge_status(status, 1)
        assert outcome is Outcome.OUT_OF_MEMORY
        assert "a process that it had started" in detail


def test_real_time_signals_are_named_as_kill_does() -> None:
    assert judge_status(-40, 0)[1] == f"signal 40 (SIGRTMIN+{40 - signal.SIGRTMIN})"
