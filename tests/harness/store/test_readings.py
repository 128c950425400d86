"""Readings on disk: appended as they come, taken up again, and never from other conditions."""

from dataclasses import replace
from pathlib import Path

import pytest
from sample_results import ENVIRONMENT

from harness.errors import UnreadableInputError, UsageError
from harness.model import Outcome, PhaseSpan, Reading, Timeline
from harness.store.readings import READINGS_FILE, ReadingsFile


def reading(repeat: int) -> Reading:
    return Reading(
        scenario="s",
        variant="v",
        meter="m",
        repeat=repeat,
        outcome=Outcome.CRASHED,
        peak_bytes=None,
        wall_seconds=0.5,
        phases=(PhaseSpan(name="before", start_seconds=0.0, end_seconds=1.0, peak_bytes=3),),
        timeline=Timeline(seconds=(0.1,), rss_bytes=(4,)),
        detail="signal 9",
        stderr_tail="line\nline",
    )


def written(folder: Path, count: int) -> ReadingsFile:
    store = ReadingsFile(folder, ENVIRONMENT)
    store.start({})
    for repeat in range(count):
        store.append(reading(repeat))
    store.close()
    return ReadingsFile(folder, ENVIRONMENT)


def test_readings_are_taken_up_as_they_were_kept(tmp_path: Path) -> None:
    assert list(written(tmp_path, 3).resume().values()) == [reading(0), reading(1), reading(2)]


def test_a_last_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    store = written(tmp_path, 2)
    path = tmp_path / READINGS_FILE
    path.write_text(path.read_text()[:-20])
    kept = store.resume()
    assert list(kept.values()) == [reading(0)]
    store.start(kept)
    store.append(reading(1))
    store.close()
    assert len(store.resume()) == 2


def test_without_an_earlier_run_there_is_nothing_to_take_up(tmp_path: Path) -> None:
    assert ReadingsFile(tmp_path, ENVIRONMENT).resume() == {}


def test_readings_from_other_conditions_are_refused(tmp_path: Path) -> None:
    written(tmp_path, 1)
    with pytest.raises(UsageError, match="other conditions"):
        ReadingsFile(tmp_path, replace(ENVIRONMENT, fingerprint="other")).resume()


@pytest.mark.parametrize("text", ["", "{}\n", "nonsense", '{"format": "membench-readings", "format_version": 9}\n'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / READINGS_FILE).write_text(text)
    with pytest.raises(UnreadableInputError):
        ReadingsFile(tmp_path, ENVIRONMENT).resume()
