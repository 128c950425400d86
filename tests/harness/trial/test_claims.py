"""What a measured process leaves is taken only if its own end of the trial can have written it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.trial.claims import LONGEST_CLAIM_BYTES, read_claim, read_phases
from membench.harness.trial.protocol import CLAIM, PHASES

TOKEN = "the token"
GOOD: dict[str, Any] = {"token": TOKEN, "counted_from": 1.5, "peak_bytes": 4096, "children_bytes": 0, "digest": "d"}
SITE = {"file": "a.py", "line": 3, "function": "f", "bytes": 10}


def left(folder: Path, claim: object) -> Path:
    (folder / CLAIM).write_text(claim if isinstance(claim, str) else json.dumps(claim))
    return folder


def test_a_claim_with_the_token_is_taken_without_it(tmp_path: Path) -> None:
    claim = read_claim(left(tmp_path, {**GOOD, "call_sites": [SITE]}), TOKEN)
    assert claim == {key: value for key, value in GOOD.items() if key != "token"} | {"call_sites": [SITE]}


@pytest.mark.parametrize(
    "claim",
    [
        {key: value for key, value in GOOD.items() if key != "token"},
        {**GOOD, "token": "guessed"},
        json.dumps(GOOD)[:-5],
        "",
        "[1, 2]",
        "[" * 100_000,
        {**GOOD, "peak_bytes": "x"},
        {**GOOD, "peak_bytes": -1},
        {**GOOD, "peak_bytes": True},
        {**GOOD, "peak_bytes": 2**60},
        {**GOOD, "counted_from": "now"},
        {**GOOD, "digest": ["d"]},
        {**GOOD, "source": "s" * 5000},
        {**GOOD, "call_sites": [3]},
        {**GOOD, "call_sites": [SITE] * 1001},
        {**GOOD, "call_sites": [{**SITE, "line": None}]},
        {**GOOD, "artifacts": ["/etc/passwd"]},
    ],
)
def test_any_other_is_none(tmp_path: Path, claim: object) -> None:
    assert read_claim(left(tmp_path, claim), TOKEN) is None


def test_a_huge_one_a_pipe_a_link_and_none_at_all_are_none_and_nobody_waits(tmp_path: Path) -> None:
    assert read_claim(tmp_path, TOKEN) is None
    place = tmp_path / CLAIM
    with place.open("wb") as file:
        file.truncate(LONGEST_CLAIM_BYTES + 1)
    assert read_claim(tmp_path, TOKEN) is None
    place.unlink()
    os.mkfifo(place)
    assert read_claim(tmp_path, TOKEN) is None
    place.unlink()
    left(tmp_path, GOOD).joinpath(CLAIM).rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    assert read_claim(tmp_path, TOKEN) is None


def test_phases_are_read_as_far_as_they_are_whole_and_lines_that_are_none_are_left_out(tmp_path: Path) -> None:
    lines = [
        '["one", 1.0, 2.0, 4096]',
        "garbage",
        '["a"]',
        '["back", 3.0, 2.0, 1]',
        '["two", 2.0, 3.5, null]',
        '["cut", 3',
    ]
    (tmp_path / PHASES).write_text("\n".join(lines))
    assert read_phases(tmp_path) == [("one", 1.0, 2.0, 4096), ("two", 2.0, 3.5, None)]


@given(st.binary(max_size=200))
def test_whatever_is_there_reading_it_does_not_fail(tmp_path_factory: pytest.TempPathFactory, found: bytes) -> None:
    folder = tmp_path_factory.mktemp("claim")
    (folder / CLAIM).write_bytes(found)
    (folder / PHASES).write_bytes(found)
    assert read_claim(folder, TOKEN) is None
    assert all(phase[3] is None or phase[3] >= 0 for phase in read_phases(folder))
