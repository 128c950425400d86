"""The results document: what is written is what is read, and nothing else is taken for one."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_results import results, sample

from membench.harness.errors import MembenchError, UnreadableInputError
from membench.harness.model import Outcome
from membench.harness.store.results import RESULTS_FILE, read_results, results_document, write_results


def test_a_document_from_before_parameters_had_a_place_is_read(tmp_path: Path) -> None:
    document = results_document(results(sample()))
    del document["samples"][0]["parameters"]
    (tmp_path / "old.json").write_text(json.dumps(document))
    assert read_results(tmp_path / "old.json").samples[0].parameters == {}


def test_results_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    written = results(
        sample(),
        sample(
            "fix-2-as-written",
            (7,),
            outcomes=(Outcome.WRONG_OUTPUT,),
            expected_outcome=Outcome.WRONG_OUTPUT,
            timeline=None,
            digest=None,
        ),
        sample("all", (), outcomes=(Outcome.CRASHED,), wall_seconds=(1.0,), failures=("crashed (signal 9)",)),
    )
    assert read_results(write_results(written, tmp_path)) == written


def test_the_document_has_the_median_and_the_spread() -> None:
    entry = results_document(results(sample(peaks=(5, 1, 9, 7))))["samples"][0]
    assert (entry["median_bytes"], entry["spread_bytes"]) == (5, 8)


def test_a_failed_write_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    write_results(results(sample()), tmp_path)
    before = (tmp_path / RESULTS_FILE).read_bytes()
    with pytest.raises(Exception, match="is less than the minimum"):
        write_results(results(sample(peaks=(-5,))), tmp_path)
    assert (tmp_path / RESULTS_FILE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [RESULTS_FILE]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is not a membench-results document"),
        ('{"format": "other"}', "is not a membench-results document"),
        ('{"format": "membench-results", "format_version": 99}', "format version 99"),
        ('{"format": "membench-results", "format_version": 1}', "no valid results document"),
        ('{"format": "membench-results", "format_version": 1, "x": NaN}', "NaN is not a number"),
    ],
)
def test_what_is_no_results_document_is_one_clear_error(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(UnreadableInputError, match=said) as caught:
        read_results(path)
    assert str(caught.value).count("\n") <= 1
    assert len(str(caught.value)) < 700


def test_a_missing_file_and_a_folder_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="No such file"):
        read_results(tmp_path / "none.json")
    with pytest.raises(UnreadableInputError, match="Is a directory"):
        read_results(tmp_path)


VALID = results_document(results(sample(), sample("all")))
junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [path] * bool(path) + [place for key, value in steps for place in places(value, (*path, key))]


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(places(VALID)), junk)
def test_a_document_with_anything_changed_is_read_or_refused_but_never_a_traceback(
    tmp_path: Path, place: tuple[Any, ...], value: Any
) -> None:
    document = deepcopy(VALID)
    holder = document
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    path = tmp_path / "mutated.json"
    path.write_text(json.dumps(document))
    try:
        read_results(path)
    except MembenchError as error:
        assert str(error).count("\n") <= 1
