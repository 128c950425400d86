"""What the fixes of the league are about, found by who holds what: each lets go of what its form `before` holds."""

from pathlib import Path

import pytest
from acted_sessions import nobody

from membench.harness.commands.league.workloads import sized_workload
from membench.harness.explain.call_tree import ROOT
from membench.harness.explain.difference import Both
from membench.harness.explain.explanation import Explanation, SideFacts
from membench.harness.explain.holding import HeapGraph, HolderName, HolderShift, shifts_between
from membench.harness.explain.measuring import Explaining, Side
from membench.harness.runs.session import Session
from membench.reports.explanations import sentences

MIB = 1024 * 1024
TEAMS = 40  # in batches of 10: enough for what accumulates to be more than what one batch takes
ALL_BATCHES = HolderName("local", "process_in_batches", "all_results")
WRAPPERS = HolderName("local", "_wrap_results", "wrapped")
RETURNED = HolderName("task", "run_task_per_item.<locals>.limited", "")

pytestmark = pytest.mark.slow


class Found:
    """The objects of each variant near its peak, looked for once."""

    def __init__(self, folder: Path) -> None:
        session = Session.begin({}, time_limit_seconds=600, jobs=1, scratch=folder)
        self._explaining = Explaining.keeping(session, folder / "captures", nobody)
        self._graphs: dict[str, HeapGraph] = {}

    def graph(self, variant: str) -> HeapGraph:
        if variant not in self._graphs:
            workload = sized_workload("league", variant, TEAMS, {})
            side = Side(label=variant, workload=workload, roots=workload.import_paths)
            self._graphs[variant] = self._explaining.graphs([side])[0]
        return self._graphs[variant]

    def shifts(self, head: str) -> dict[HolderName, HolderShift]:
        return {shift.name: shift for shift in shifts_between(self.graph("baseline"), self.graph(head))}

    def sentences(self, head: str) -> list[str]:
        sides = [SideFacts(label=label, peak_bytes=0, end_bytes=0, processes=1) for label in ("baseline", head)]
        explanation = Explanation(
            workload="league",
            base=sides[0],
            head=sides[1],
            tree=Both(place=ROOT, line=0, base_own=0, head_own=0),
            paths=(),
            holders=list(self.shifts(head).values()),
        )
        return sentences.held(explanation)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    return Found(tmp_path_factory.mktemp("league"))


def test_fix_3_drops_the_list_that_holds_the_results_of_all_batches(found: Found) -> None:
    (first, *_) = found.sentences("fix-3")
    assert first.startswith(
        "baseline holds 10.70 MiB in `all_results`, a local variable of `process_in_batches` "
        "(membench/pipelines/parallel.py:"
    )
    assert "list of 30 > list of 10 > dict of 11 ['node'] > Node .owner > Document ._dom > bytes" in first
    assert first.endswith("fix-3 holds 56 B there.")
    # Within a batch all is as it was.
    assert WRAPPERS not in found.shifts("fix-3")


def test_fix_1_leaves_nothing_in_any_list_of_gathered_results(found: Found) -> None:
    shifts = found.shifts("fix-1")
    for name in (ALL_BATCHES, WRAPPERS, RETURNED):
        assert shifts[name].base is not None, name
        assert shifts[name].base.bytes > 3 * MIB
        assert shifts[name].head is None or shifts[name].head.bytes < MIB / 16


def test_fix_2_keeps_the_lists_and_lets_go_of_the_pages(found: Found) -> None:
    shift = found.shifts("fix-2")[ALL_BATCHES]
    assert shift.base is not None
    assert "Document" in " ".join(step.type for step in shift.base.steps)
    if shift.head is not None:
        assert "Document" not in " ".join(step.type for step in shift.head.steps)
        assert shift.head.bytes < shift.base.bytes / 50


def test_fix_6_drops_the_wrappers_and_what_tasks_return_but_no_result(found: Found) -> None:
    shifts = found.shifts("fix-6")
    assert {WRAPPERS, RETURNED} <= set(shifts)
    for name in (WRAPPERS, RETURNED):
        assert shifts[name].head is None or shifts[name].head.bytes < MIB / 16
    kept = shifts[HolderName("local", "after", "results")]
    assert kept.shift_bytes == pytest.approx(-shifts[WRAPPERS].shift_bytes, rel=0.01)
    assert ALL_BATCHES not in shifts


def test_all_fixes_together_are_told_by_the_gathered_list_first(found: Found) -> None:
    assert "`all_results`, a local variable of `process_in_batches`" in found.sentences("all")[0]
