"""Readings on disk: appended as they come, taken up again, and never from other conditions."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from membench.harness.errors import UnreadableInputError, UsageError
from membench.harness.model import WARM_UP, CallSite, CommandFacts, Outcome, PhaseSpan, Reading, Timeline, Workload
from membench.harness.store.readings import READINGS_FILE, Origin, ReadingsFile, reading_document

WORKLOAD = Workload(scenario="s", variant="v", target="jobs:run", parameters={"orders": 1}, import_paths=())
ORIGIN = Origin.of([WORKLOAD], fingerprint="abc", revision="0123abc", changes="")


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
    store = ReadingsFile(folder, ORIGIN)
    store.start({})
    for repeat in range(count):
        store.append(reading(repeat))
    store.close()
    return ReadingsFile(folder, ORIGIN)


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
    assert ReadingsFile(tmp_path, ORIGIN).resume() == {}


def test_readings_from_other_conditions_are_refused(tmp_path: Path) -> None:
    written(tmp_path, 1)
    with pytest.raises(UsageError, match="other conditions"):
        ReadingsFile(tmp_path, replace(ORIGIN, fingerprint="other")).resume()


def test_readings_of_another_revision_are_refused(tmp_path: Path) -> None:
    written(tmp_path, 1)
    with pytest.raises(UsageError, match="readings of 0123abc, and this is 4567def"):
        ReadingsFile(tmp_path, replace(ORIGIN, revision="4567def")).resume()


def test_readings_from_before_an_edit_are_refused(tmp_path: Path) -> None:
    written(tmp_path, 1)
    with pytest.raises(UsageError, match="The code was edited since"):
        ReadingsFile(tmp_path, replace(ORIGIN, changes="1f")).resume()


@pytest.mark.parametrize(
    "change", [{"target": "jobs:other"}, {"parameters": {"orders": 2}}, {"environment": {"A": "1"}}]
)
def test_readings_of_a_workload_that_was_defined_otherwise_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    written(tmp_path, 1)
    other = Origin.of([replace(WORKLOAD, **change)], fingerprint="abc", revision="0123abc")
    with pytest.raises(UsageError, match="readings of s/v under another definition"):
        ReadingsFile(tmp_path, other).resume()


def test_another_budget_or_another_workload_beside_it_changes_nothing(tmp_path: Path) -> None:
    written(tmp_path, 1)
    workloads = [replace(WORKLOAD, budget_bytes=7), replace(WORKLOAD, variant="more")]
    assert len(ReadingsFile(tmp_path, Origin.of(workloads, fingerprint="abc", revision="0123abc")).resume()) == 1


@pytest.mark.parametrize("text", ["", "{}\n", "nonsense", '{"format": "membench-readings", "format_version": 9}\n'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / READINGS_FILE).write_text(text)
    with pytest.raises(UnreadableInputError):
        ReadingsFile(tmp_path, ORIGIN).resume()


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
