"""Readings on disk: appended as they come, taken up again, and never from other conditions."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sample_results import ENVIRONMENT

from membench.harness.errors import UnreadableInputError, UsageError
from membench.harness.model import WARM_UP, CallSite, CommandFacts, Outcome, PhaseSpan, Reading, Timeline
from membench.harness.store.readings import READINGS_FILE, ReadingsFile, reading_document


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


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"[1]",
        b"[" * 100_000,
        b"null",
        *(
            json.dumps(reading_document(reading(0)) | wrong).encode()
            for wrong in (
                {"peak_bytes": "abc"},
                {"peak_bytes": -5},
                {"repeat": [1]},
                {"wall_seconds": None},
                {"wall_seconds": float("nan")},
                {"timeline": {"seconds": ["x"], "rss_bytes": ["y"]}},
                {"stderr_tail": 7},
                {"digest": [7]},
                {"outcome": "fine"},
            )
        ),
    ],
)
def test_a_line_that_is_no_reading_is_refused(tmp_path: Path, line: bytes) -> None:
    store = written(tmp_path, 1)
    with (tmp_path / READINGS_FILE).open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(UnreadableInputError, match="holds something other than readings"):
        store.resume()


def test_what_a_command_and_a_meter_with_call_sites_tell_is_taken_up(tmp_path: Path) -> None:
    facts = CommandFacts(
        root_peak_bytes=1,
        largest_peak_bytes=None,
        largest_process="sh",
        exact=True,
        cpu_seconds=0.1,
        exit_status=None,
        left_behind=0,
    )
    site = CallSite(file="a.py", line=1, function="f", bytes=3)
    full = replace(reading(WARM_UP), command=facts, call_sites=(site,), artifacts=("artifacts/a.html",), timeline=None)
    store = written(tmp_path, 0)
    store.start({full.key: full})
    store.close()
    assert list(store.resume().values()) == [full]
