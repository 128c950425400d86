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


def test_real_time_signals_are_named_as_kill_does() -> None:
    assert judge_status(-40, 0)[1] == f"signal 40 (SIGRTMIN+{40 - signal.SIGRTMIN})"
