"""The types that are built from a schema take nothing that the schema refuses."""

import json
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_results import results, sample

from membench.harness.model import Outcome
from membench.harness.store.decoding import UnsupportedSchemaError, type_of
from membench.harness.store.results import results_document
from membench.harness.store.schemas import is_valid, schema_of, validator

RESULTS = "membench-results"
KINDS = ("attribution", "doctor", "floor", "gate", "history", "reading", "results", "scale")
VALID = results_document(results(sample(), sample("all")))
DECODER = msgspec.json.Decoder(type_of(schema_of(RESULTS), (Outcome,)))


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [path] * bool(path) + [place for key, value in steps for place in places(value, (*path, key))]


odd = st.one_of(
    st.sampled_from([None, True, -1, 0, 5.0, 2**60, 2**60 + 1, 1e400, "", "x" * 250, [], {}, [None], {"": 1}]),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=300),
)


@settings(max_examples=600, database=None)
@given(st.lists(st.tuples(st.sampled_from(places(VALID)), odd), min_size=1, max_size=3))
def test_what_the_types_take_is_valid(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    document = deepcopy(VALID)
    for place, value in changes:
        holder = document
        try:
            for step in place[:-1]:
                holder = holder[step]
            holder[place[-1]] = deepcopy(value)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken that place away
    try:
        DECODER.decode(json.dumps(document))
    except msgspec.MsgspecError:
        return
    assert validator(RESULTS).is_valid(document)


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_has_a_type_and_an_empty_object_is_none_of_them(kind: str) -> None:
    type_of(schema_of(f"membench-{kind}"))
    assert not is_valid({}, f"membench-{kind}")


def test_a_number_that_json_may_write_in_two_ways_is_valid_in_both() -> None:
    document = deepcopy(VALID)
    document["samples"][0]["peak_bytes"] = [5.0]
    assert is_valid(document, RESULTS)


def test_a_schema_of_several_types_takes_each_with_its_own_rules() -> None:
    decoder = msgspec.json.Decoder(type_of({"type": ["integer", "string"], "maxLength": 2, "minimum": 5}))
    assert [decoder.decode(text) for text in ("7", '"ab"')] == [7, "ab"]
    for text in ("4", '"abc"', "null", "5.5"):
        with pytest.raises(msgspec.ValidationError):
            decoder.decode(text)


def test_what_may_be_left_out_must_not_be_null() -> None:
    document = deepcopy(VALID)
    document["revision"] = None
    with pytest.raises(msgspec.ValidationError):
        DECODER.decode(json.dumps(document))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "date"},
        {"type": ["string", "null"], "format": "date"},
        {"type": ["string", "date"]},
        {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "null"}},
        {"type": "object", "properties": {}, "required": ["a"]},
        {"oneOf": []},
    ],
)
def test_a_schema_that_says_more_than_a_type_can_is_refused_and_not_weakened(schema: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedSchemaError):
        type_of(schema)
