"""What accounting, polling and tracing come to together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.kernel.supervisor import Ended
from membench.harness.trial.account import COUNTER_ERROR_BYTES, Account
from membench.harness.trial.poller import Polled

MIB = 1024 * 1024
ROOT = 100


def ended(mib: float, pid: int = ROOT, *, waited: bool | None = False, name: str = "root") -> Ended:
    return Ended(pid=pid, at=1.0, status=0, peak_bytes=int(mib * MIB), cpu_seconds=0.5, waited=waited, name=name)


def account(*ends: Ended, **known: Any) -> Account:
    return Account(root=ROOT, floor_bytes=MIB // 8, ended=list(ends), **known)


def test_the_largest_of_those_that_were_collected_is_the_figure() -> None:
    facts = account(ended(5), ended(70, pid=101, name="daemon")).facts(left_behind=1)
    assert (facts.largest_peak_bytes, facts.largest_process, facts.root_peak_bytes) == (70 * MIB, "daemon", 5 * MIB)
    assert (facts.method, facts.exact, facts.caveats, facts.left_behind) == ("accounting", True, (), 1)


def test_what_a_process_waited_for_is_in_its_account_so_its_own_peak_is_what_was_polled() -> None:
    facts = account(
        ended(80, waited=True), polled={ROOT: Polled(3 * MIB, "sh"), 101: Polled(80 * MIB, "python3")}
    ).facts(left_behind=0)
    assert (facts.root_peak_bytes, facts.largest_process) == (3 * MIB, "python3")


def test_a_process_that_nobody_saw_has_no_name() -> None:
    facts = account(ended(80, waited=True), polled={ROOT: Polled(3 * MIB, "sh")}).facts(left_behind=0)
    assert (facts.largest_peak_bytes, facts.largest_process, facts.exact) == (80 * MIB, "", True)


def test_a_mark_above_the_account_takes_its_place_and_is_not_exact() -> None:
    facts = account(ended(10), polled={ROOT: Polled(90 * MIB, "root")}, largest_gap_seconds=0.02).facts(left_behind=0)
    assert (facts.largest_peak_bytes, facts.method, facts.exact) == (90 * MIB, "polled", False)
    assert "20 ms" in facts.caveats[0]


def test_a_mark_within_the_error_of_the_counters_does_not() -> None:
    facts = account(ended(10), polled={ROOT: Polled(10 * MIB + COUNTER_ERROR_BYTES, "root")}).facts(left_behind=0)
    assert (facts.largest_peak_bytes, facts.exact) == (10 * MIB, True)
    assert facts.root_peak_bytes == 10 * MIB


def test_children_that_the_kernel_kept_no_account_of_are_exact_only_where_traced() -> None:
    traced = {101: Polled(60 * MIB, "child")}
    facts = account(ended(5), ignores_children=True, traced=traced).facts(left_behind=0)
    assert (facts.largest_peak_bytes, facts.method, facts.exact) == (60 * MIB, "traced", True)
    facts = account(ended(5), ignores_children=True).facts(left_behind=0)
    assert not facts.exact
    assert "SIGCHLD" in facts.caveats[0]


def test_a_program_smaller_than_what_starts_it_is_polled_or_at_most_that() -> None:
    small = {"floor_bytes": 6 * MIB}
    facts = Account(root=ROOT, ended=[ended(6.1)], polled={ROOT: Polled(MIB, "true")}, **small).facts(left_behind=0)
    assert (facts.largest_peak_bytes, facts.method, facts.exact) == (MIB, "polled", False)
    facts = Account(root=ROOT, ended=[ended(6.1)], **small).facts(left_behind=0)
    assert "at most" in facts.caveats[0]
    assert not facts.exact
    assert facts.root_peak_bytes is None


@pytest.mark.parametrize(
    "known",
    [
        {"adopts_orphans": False},
        {"complete": False},
        {"not_ended": frozenset({7})},
        {"can_poll": False},
        {"ignores_children": True},
    ],
)
def test_whatever_can_be_missed_is_said_and_makes_the_figure_inexact(known: dict[str, Any]) -> None:
    facts = account(ended(10), **known).facts(left_behind=0)
    assert not facts.exact
    assert len(facts.caveats) == 1


def test_that_tracing_is_refused_is_said_and_makes_the_figure_no_less_exact() -> None:
    facts = account(ended(10), trace_refused=True).facts(left_behind=0)
    assert facts.exact
    assert facts.method == "accounting"
    assert len(facts.caveats) == 1


def test_nothing_at_all_is_no_figure() -> None:
    facts = account(complete=False).facts(left_behind=0)
    assert facts.largest_peak_bytes is None
    assert not facts.exact


peaks = st.integers(min_value=0, max_value=2**40)


@given(st.lists(peaks, max_size=4), st.lists(peaks, max_size=4), st.none() | st.lists(peaks, max_size=4))
def test_no_figure_is_below_anything_that_was_seen_and_exact_ones_rest_on_no_poll(
    collected: list[int], seen: list[int], at_exit: list[int] | None
) -> None:
    facts = Account(
        root=ROOT,
        floor_bytes=MIB,
        ended=[ended(peak / MIB, pid=ROOT + place) for place, peak in enumerate(collected)],
        polled={ROOT + place: Polled(peak, "p") for place, peak in enumerate(seen)},
        traced=None if at_exit is None else {ROOT + place: Polled(peak, "t") for place, peak in enumerate(at_exit)},
    ).facts(left_behind=0)
    figure = facts.largest_peak_bytes or 0
    highest = max([*(peak for peak in collected if peak > MIB), *seen, *(at_exit or []), 0])
    assert figure >= highest - COUNTER_ERROR_BYTES
    if facts.exact:
        assert figure in {*collected, *(at_exit or [])}
        assert figure > MIB or facts.method == "traced"
