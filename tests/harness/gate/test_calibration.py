"""The noise floor: what unchanged trials differ by, and never less than what can be counted at all."""

import pytest
from acted_sessions import ActedSession, nobody
from sample_results import ENVIRONMENT

from membench.harness.errors import MeasurementError
from membench.harness.gate import calibration
from membench.harness.kernel.controls import available_controls
from membench.harness.model import Outcome
from membench.harness.runs.session import Session
from membench.harness.trial.isolation import Isolation


def floor_of(*peaks: int, outcome: Outcome = Outcome.OK) -> int:
    session = ActedSession(
        isolation=Isolation(controls=available_controls(), time_limit_seconds=60),
        environment=ENVIRONMENT,
        jobs=1,
        peak=lambda trial: peaks[trial[3] % len(peaks)],
        outcome=outcome,
    )
    return calibration.noise_floor(session, nobody)


@pytest.mark.parametrize(
    ("peaks", "floor"), [((9000, 9000), 4096), ((9000, 9001), 4096), ((8192, 28672, 12288), 20480)]
)
def test_the_floor_is_the_spread_and_a_page_at_least(peaks: tuple[int, ...], floor: int) -> None:
    assert floor_of(*peaks) == floor


def test_one_trial_that_is_off_is_no_noise_of_the_machine() -> None:
    assert floor_of(*[8192] * 7, 73728) == 4096
    assert floor_of(*[8192] * 6, 73728, 73728) == 65536


def test_where_the_calibration_fails_nothing_is_known_of_the_noise() -> None:
    with pytest.raises(MeasurementError, match="could not be measured: timed-out"):
        floor_of(4096, outcome=Outcome.TIMED_OUT)


def test_the_calibration_runs_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "TRIALS", 2)
    session = Session.begin({}, time_limit_seconds=60, jobs=1)
    floor = calibration.noise_floor(session, nobody)
    assert floor >= session.environment.page_size
    assert floor % session.environment.page_size == 0
