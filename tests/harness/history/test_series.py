import json
from dataclasses import replace
from pathlib import Path

import pytest
from sample_results import ENVIRONMENT, results, sample

from membench.harness.errors import UnreadableInputError
from membench.harness.history.reading import read_history
from membench.harness.history.series import DOCUMENT, Change
from membench.harness.model import Outcome, Sample
from membench.harness.store.results import results_document
from membench.harness.store.schemas import validated

MIB = 1024 * 1024


def _store(
    folder: Path, day: int, *samples: Sample, fingerprint: str = "abc", revision: str = "", **facts: str
) -> None:
    run = replace(
        results(*samples),
        created=f"2026-01-{day:02d}T00:00:00+00:00",
        environment=replace(ENVIRONMENT, fingerprint=fingerprint, **facts),
        revision=revision,
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(results_document(run)))


def _peaks(folder: Path, *peaks: int, machines: str = "", fact: str = "libc") -> None:
    for day, peak in enumerate(peaks, start=1):
        machine = machines[day - 1] if machines else "a"
        run = folder / f"run-{day:02d}"
        _store(run, day, sample(peaks=(peak, peak)), fingerprint=machine, **{fact: f"{fact} {machine}"})


def test_runs_come_in_the_order_in_which_they_were_made_and_by_their_revision_or_name(tmp_path: Path) -> None:
    _store(tmp_path / "a", 3, sample(), revision="c0ffee")
    _store(tmp_path / "b", 1, sample())
    _store(tmp_path / "c", 2, sample())
    (tmp_path / "loose.json").write_text((tmp_path / "c" / "results.json").read_text())
    history = read_history(tmp_path)
    # The copy is the same run, and not another one.
    assert [run.label for run in history.runs] == ["b", "c", "c0ffee"]
    assert history.warnings == ()


def test_a_new_level_is_a_change_with_the_levels_on_both_sides(tmp_path: Path) -> None:
    _peaks(tmp_path, *[60 * MIB] * 6, *[62 * MIB] * 4)
    (series,) = read_history(tmp_path).series
    assert series.changes == (Change(run=6, before_bytes=60 * MIB, after_bytes=62 * MIB, found_run=6),)
    assert series.changes[0].shift_bytes == 2 * MIB


def test_another_environment_is_marked_and_no_change(tmp_path: Path) -> None:
    _peaks(tmp_path, *[60 * MIB] * 5, *[90 * MIB] * 5, machines="aaaaabbbbb")
    history = read_history(tmp_path)
    assert history.breaks == (5,)
    assert [series.changes for series in history.series] == [(), ()]
    assert [len(series.known) for series in history.series] == [5, 5]
    assert "2 classes of machines" in history.warnings[0]


def test_a_new_patch_of_the_kernel_is_marked_and_begins_no_new_series(tmp_path: Path) -> None:
    _peaks(tmp_path, *[60 * MIB] * 6, *[61 * MIB] * 4, machines="aaaaaabbbb", fact="kernel")
    history = read_history(tmp_path)
    assert history.breaks == (6,)
    assert [change.run for change in history.series[0].changes] == [6]
    assert "from run-07 (kernel kernel a and kernel b) on" in history.warnings[0]


def test_machines_that_take_turns_are_each_compared_with_themselves(tmp_path: Path) -> None:
    _peaks(tmp_path, *[60 * MIB, 90 * MIB] * 6, 65 * MIB, 90 * MIB, machines="ab" * 7)
    first, second = read_history(tmp_path).series
    assert first.changes == (Change(run=12, before_bytes=60 * MIB, after_bytes=65 * MIB, found_run=12),)
    assert second.changes == ()


def test_a_workload_that_failed_or_is_missing_has_no_peak_there_and_that_is_said(tmp_path: Path) -> None:
    _store(tmp_path / "1", 1, sample(), sample("all"))
    failed = sample("all", (), outcomes=(Outcome.CRASHED,), wall_seconds=(1.0,))
    _store(tmp_path / "2", 2, sample(), failed)
    history = read_history(tmp_path)
    assert [series.peak_bytes for series in history.series] == [(100, 100), (100, None)]
    assert "the newest run has no peak of smoke, all (peak_rss)" in history.warnings


def test_what_is_no_run_is_left_out_with_a_warning(tmp_path: Path) -> None:
    _store(tmp_path / "1", 1, sample())
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "other.json").write_text("{}")
    undated = results_document(replace(results(sample()), created="yesterday"))
    (tmp_path / "undated.json").write_text(json.dumps(undated))
    history = read_history(tmp_path)
    assert len(history.runs) == 1
    assert [warning.split()[2].rpartition("/")[2] for warning in history.warnings] == [
        "broken.json",
        "other.json",
        "undated.json",
    ]


@pytest.mark.parametrize("name", ["", "nosuch"])
def test_a_folder_without_runs_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableInputError, match=r"No stored run|is no folder"):
        read_history(tmp_path / name)


def test_the_document_is_as_its_schema_says(tmp_path: Path) -> None:
    _peaks(tmp_path, *[60 * MIB] * 6, *[62 * MIB] * 4)
    document = validated(read_history(tmp_path).document(), DOCUMENT)
    assert document["series"][0]["changes"] == [
        {"run": 6, "before_bytes": 60 * MIB, "after_bytes": 62 * MIB, "found_run": 6, "shift_bytes": 2 * MIB}
    ]
