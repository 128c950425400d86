"""A trial's names are equally long wherever the code lies, and its figures equal."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from membench.harness.kernel.controls import available_controls
from membench.harness.trial.fixed_paths import LENGTH, FixedPaths, padded
from membench.harness.trial.import_root import IMPORT_ROOT


def test_links_to_short_and_long_paths_are_equally_long_and_each_is_made_once(tmp_path: Path) -> None:
    paths = FixedPaths(tmp_path)
    short, long = paths.link("/s"), paths.link("/a/much/longer/path")
    assert len(short) == len(long)
    assert paths.link("/s") == short
    assert FixedPaths(tmp_path).link("/a/much/longer/path") == long, "another process in the same folder uses them too"


def test_a_text_names_the_real_paths_again(tmp_path: Path) -> None:
    paths = FixedPaths(tmp_path)
    link = paths.link("/home/me/shop")
    assert paths.restored(f'File "{link}/jobs.py", line 3') == 'File "/home/me/shop/jobs.py", line 3'


@pytest.mark.parametrize("parent", ["/tmp", "/dev/shm/membench-run-x"])
def test_a_padded_name_makes_paths_of_one_length(parent: str) -> None:
    assert len(f"{parent}/{padded(Path(parent), 'membench-')}") == LENGTH


def test_a_parent_that_is_too_long_is_left_as_it_is() -> None:
    assert padded(Path("/" + "x" * LENGTH), "name") == "name"


def a_copy(folder: Path) -> Path:
    """Copy what a trial of the league imports and membench itself, as a clone of them would lie there."""
    shutil.copytree(IMPORT_ROOT / "membench", folder / "membench", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def peaks(folder: Path) -> list[int]:
    wanted = "--suite league --scenario smoke --variant baseline --variant all --repeats 1 --format json"
    done = subprocess.run(
        [sys.executable, "-m", "membench", "run", *wanted.split()],
        env={**os.environ, "PYTHONPATH": str(folder)},
        cwd=folder,
        capture_output=True,
        check=True,
    )
    return [sample["median_bytes"] for sample in json.loads(done.stdout)["samples"]]


@pytest.mark.slow
def test_the_same_code_at_a_short_and_a_long_path_has_the_same_peaks(tmp_path: Path) -> None:
    if not available_controls().address_randomisation_off:
        pytest.skip("this machine does not let address randomisation be turned off")
    short, long = a_copy(tmp_path / "s"), a_copy(tmp_path / ("l" * 90))
    (short / "membench" / "scenarios").chmod(0o555)  # no bytecode beside the modules: as in another user's checkout
    assert peaks(short) == pytest.approx(peaks(long), abs=4096)
