"""A row for each thing measured: of a test, or of a function that a test has measured."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from membench.harness.kernel.controls import Controls
from membench.harness.model import Outcome, Reading, Results, Workload
from membench.harness.plugin.instruments import Measured
from membench.harness.runs.environment import describe_environment
from membench.harness.runs.sampling import make_samples
from membench.harness.store.readings import reading_document, reading_of
from membench.harness.text import shortened

LONGEST_NAME_BYTES = 200  # what the schema of results allows
IN_PROCESS = "the test's own peak above its start, in process"
_APART = "the test's own peak above its start, in a fresh interpreter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement with what bounds it. The reading's scenario is the test's file, its variant the test."""

    reading: Reading
    growth_bytes: int | None = None
    budget_bytes: int | None = None
    growth_budget_bytes: int | None = None
    verdict: str = ""  # "" where nothing bounds it, "ok", or how it failed

    def document(self) -> dict[str, Any]:
        """Make plain values of it, for a process boundary."""
        return {
            "reading": reading_document(self.reading),
            "growth_bytes": self.growth_bytes,
            "budget_bytes": self.budget_bytes,
            "growth_budget_bytes": self.growth_budget_bytes,
            "verdict": self.verdict,
        }


def row_of(document: Mapping[str, Any]) -> Row:
    """Make a row of its plain values."""
    fields = dict(document)
    return Row(reading=reading_of(dict(fields.pop("reading"))), **fields)


def middle_of(readings: Sequence[Reading]) -> Reading:
    """Give the repeat with the middle peak; of an even number the lower one, as the median of a sample."""
    return sorted(readings, key=lambda reading: reading.peak_bytes or 0)[(len(readings) - 1) // 2]


def nodeid_of(item: pytest.Item) -> str:
    """Name a test, without what pytest-xdist appends to the names of a group."""
    assert item.parent is not None, "a test is in a file"
    return f"{item.parent.nodeid}::{item.name}"


def names_of(item: pytest.Item, ending: str = "") -> tuple[str, str]:
    """Give the scenario and the variant of a test's row; `ending` tells several rows of one test apart."""
    file, _, test = nodeid_of(item).partition("::")
    return shortened(file, LONGEST_NAME_BYTES), shortened(test + ending, LONGEST_NAME_BYTES)


def reading_of_test(
    item: pytest.Item, meter: str, measured: Measured | None, wall_seconds: float, *, isolated: bool
) -> Reading:
    """Make the reading of a test; one that has failed comes to no figure."""
    scenario, variant = names_of(item)
    return Reading(
        scenario=scenario,
        variant=variant,
        meter=meter,
        repeat=0,
        outcome=Outcome.OK if measured else Outcome.CRASHED,
        peak_bytes=measured.peak_bytes if measured else None,
        wall_seconds=round(wall_seconds, 6),
        detail="" if measured else "the test failed",
        source=_APART if isolated else IN_PROCESS,
        call_sites=measured.call_sites if measured else (),
    )


def results_of(rows: Sequence[Row]) -> Results:
    """Make the results of a session; a test that ran several times makes one sample of several peaks."""
    controls = Controls(
        address_randomisation_off=False,
        pinned_cpu=False,
        hash_seed=os.environ.get("PYTHONHASHSEED"),
        environment_scrubbed=False,
    )
    return Results(
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        environment=describe_environment(controls, {}),
        samples=make_samples(list(_workloads(rows)), [row.reading for row in rows]),
    )


def _workloads(rows: Iterable[Row]) -> Iterable[Workload]:
    for row in rows:
        yield Workload(
            scenario=row.reading.scenario,
            variant=row.reading.variant,
            target="",
            parameters={},
            import_paths=(),
            budget_bytes=row.budget_bytes,
        )
