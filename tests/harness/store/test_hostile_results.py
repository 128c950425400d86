"""Results files come from strangers: thousands of spoilt ones are read, or refused in a line; nothing else happens."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_results import ENVIRONMENT, results, sample

from membench.harness.errors import UnreadableInputError
from membench.harness.gate.document import gate_document
from membench.harness.gate.judging import judge_all
from membench.harness.gate.verdicts import Judgement
from membench.harness.model import CallSite, Change, CommandFacts, Outcome, Promotion, Results
from membench.harness.runs.environment import differences
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.store.results import read_results, results_document

FACTS = CommandFacts(
    root_peak_bytes=1,
    largest_peak_bytes=None,
    largest_process="node",
    exact=True,
    cpu_seconds=0.5,
    exit_status=0,
    left_behind=0,
)
FULL = sample(
    "orders=10",
    call_sites=(CallSite(file="a.py", line=1, function="f", bytes=9),),
    commands=(FACTS,),
    artifacts=("artifacts/x.html",),
    budget_bytes=5,
    source="the kernel",
    failures=("crashed",),
    warnings=("noisy",),
    parameters={"orders": 10, "dry": True, "where": "a=1,b=2", "share": 0.5},
    outcomes=(Outcome.OK, Outcome.CRASHED),
)
CHANGE = Change(scenario="smoke", variant="all", meter="peak_rss", from_bytes=None, to_bytes=5)
HISTORY = (Promotion(at="2026-01-01T00:00:00+00:00", by="somebody", reason="why", changes=(CHANGE,)),)
VALID = results_document(replace(results(FULL, sample("all")), history=HISTORY))
TEXT = json.dumps(VALID)

HOSTILE_NAMES = [
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "\n::error::owned",
    "\x1b[2J\x07",
    "a" * 10_000,
    "\ud800",
    "\u202egnp",
    "__proto__",
    "",
    "\0",
]
NUMBERS = [-1, 0, 1, 2**31, 2**60, 2**60 + 1, 2**64, 10**400, 1.5, 1e308, float("nan"), float("inf"), -0.0, 5.0]


def nested(depth: int, *, objects: bool) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value} if objects else [value]
    return value


values = st.one_of(
    st.sampled_from(NUMBERS),
    st.sampled_from(HOSTILE_NAMES),
    st.sampled_from([None, True, False, [], {}, [[]], [None], {"": None}]),
    st.builds(nested, st.sampled_from([5, 25, 33, 200]), objects=st.booleans()),
    st.integers(),
    st.text(max_size=5),
)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = document.items() if isinstance(document, dict) else enumerate(document)
    return [
        place
        for key, value in steps
        for place in (
            (*path, key),
            *(places(value, (*path, key)) if isinstance(value, dict | list) else ()),
        )
    ]


PLACES = places(VALID)


def put(holder: Any, key: Any, value: Any) -> None:
    holder[key] = value


def drop(holder: Any, key: Any, value: Any) -> None:
    del holder[key]


def repeat(holder: Any, key: Any, value: Any) -> None:
    if isinstance(holder, list):
        holder.extend([holder[key]] * 3)
    else:
        holder[str(value)[:300]] = holder[key]


def add(holder: Any, key: Any, value: Any) -> None:
    if isinstance(holder, list):
        holder.append(value)
    else:
        holder[f"{key} "] = value


steps = st.lists(
    st.tuples(st.sampled_from([put, put, put, drop, repeat, add]), st.sampled_from(PLACES), values),
    min_size=1,
    max_size=3,
)
Step = tuple[Callable[[Any, Any, Any], None], tuple[Any, ...], Any]


def mutated(changes: list[Step]) -> str:
    document = deepcopy(VALID)
    for change, place, value in changes:
        holder = document
        try:
            for key in place[:-1]:
                holder = holder[key]
            change(holder, place[-1], deepcopy(value))
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier change has taken that place away
    return json.dumps(document)


def read_and_use(path: Path, content: bytes) -> None:
    """Read a document, and do with it what the gate would."""
    path.write_bytes(content)
    try:
        found = read_results(path)
    except UnreadableInputError as error:
        assert str(error).isprintable()
        assert len(str(error)) < 1000
        return
    assert isinstance(found, Results)
    assert all("\n" not in text for text in differences(ENVIRONMENT, found.environment))
    held = {one.key: one for one in found.samples}
    plain = {one.key: one for one in results(FULL, sample("all")).samples}
    rows = judge_all(held, plain, Thresholds(), against="the baseline")
    rows += judge_all(plain, held, Thresholds(), against="the baseline")
    gate_document(Judgement(rows=tuple(rows), thresholds=Thresholds()))
    assert results_document(found)["samples"] or not found.samples


FAST = settings(max_examples=1050, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@FAST
@given(steps)
def test_a_document_whose_structure_was_changed(tmp_path: Path, changes: list[Step]) -> None:
    read_and_use(tmp_path / "x.json", mutated(changes).encode())


edits = st.lists(
    st.tuples(
        st.integers(0, len(TEXT)),
        st.integers(0, 40),
        st.binary(max_size=4) | st.sampled_from([b'"', b"{", b"[" * 2000, b"NaN", b"1e999", b"-", b"9" * 5000, b"\\u"]),
    ),
    min_size=1,
    max_size=3,
)


@FAST
@given(edits, st.integers(0, len(TEXT)) | st.just(len(TEXT)))
def test_a_document_whose_bytes_were_changed(
    tmp_path: Path, changes: list[tuple[int, int, bytes]], length: int
) -> None:
    content = TEXT.encode()
    for start, dropped, put_in in changes:
        content = content[:start] + put_in + content[start + dropped :]
    read_and_use(tmp_path / "x.json", content[:length])


@pytest.mark.parametrize("objects", [True, False])
@pytest.mark.parametrize(
    "place", [*PLACES, ("environment", "controls", "other")], ids=lambda place: "/".join(map(str, place))
)
def test_no_place_takes_what_is_nested_too_deeply(tmp_path: Path, place: tuple[Any, ...], objects: bool) -> None:
    """Depths at which reading, validating or showing it would each run out of stack."""
    document = mutated([(put, place, "@")])
    for depth in (40, 480, 900, 985, 992, 5000):
        opening, closing = ('{"a":', "}") if objects else ("[", "]")
        text = document.replace('"@"', opening * depth + "1" + closing * depth)
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(UnreadableInputError):
            read_results(tmp_path / "x.json")


@pytest.mark.parametrize("depth", [40, 480, 900, 985, 992, 5000, 100_000])
def test_what_nobody_asks_for_is_passed_over_or_refused_however_deep_it_is(tmp_path: Path, depth: int) -> None:
    text = mutated([(put, ("other",), "@")])
    read_and_use(tmp_path / "x.json", text.replace('"@"', "[" * depth + "]" * depth).encode())


def test_the_documents_that_the_changes_start_from_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(TEXT)
    assert results_document(read_results(tmp_path / "x.json")) == VALID
