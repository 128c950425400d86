"""`membench floor`: the smallest memory limit under which a variant still finishes."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import click

from membench.harness.commands.suite_choice import LEAGUE, Selection, selection_options
from membench.harness.commands.terminal import options, tables
from membench.harness.commands.terminal.documents import print_json
from membench.harness.commands.terminal.progress import status_of
from membench.harness.errors import EXIT_OK, EXIT_TRIAL_FAILED, UsageError
from membench.harness.kernel import cgroups
from membench.harness.kernel.controls import usable_cpus
from membench.harness.model import WARM_UP, Outcome, Reading, Trial, Workload
from membench.harness.runs.limits import smallest_limit
from membench.harness.runs.session import Session
from membench.harness.store.schemas import validated
from membench.harness.suites.suite import Suite
from membench.harness.trial.adapters import COMMAND
from membench.harness.trial.isolation import Isolation
from membench.harness.units import MIB, format_bytes, parse_size
from membench.reports.tables.floors import floor_table

METER = "peak_rss"
DOCUMENT = "membench-floor"
DEFAULT_TIMEOUT_SECONDS = 120.0
DEFAULT_VARIANTS = ("baseline", "all")
ROOM = 1.25  # above the peak, for what a cgroup counts beside resident memory


@dataclass(frozen=True, slots=True, kw_only=True)
class _Floor:
    variant: str
    peak_bytes: int | None
    floor_bytes: int | None
    at: Reading | None
    failure: str


@click.command(name="floor")
@selection_options
@click.option("--at", metavar="SIZE", help="Also say whether it finishes under this limit. Default for incident: 2 GB.")
@options.timeout(DEFAULT_TIMEOUT_SECONDS, text="Seconds after which a trial counts as not finishing.")
@options.output_format(tables.FORMATS)
def command(selection: Selection, at: str | None, timeout: float, output_format: str) -> int:
    """Find the smallest memory limit under which a variant still finishes.

    A peak is not a need: the kernel takes back the pages of files before it ends a process. Each variant runs in a
    cgroup whose limit is narrowed down to 1 MiB; it must finish with the right output, and the kernel must not have
    ended any process of it. The search ends at the memory of this machine.

    \b
    membench floor --scenario league-large --variant baseline --variant all
    membench floor --scenario incident --at "2 GB"
    membench floor --scenario import-orders             a workload of pyproject.toml
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    with selection.suite() as suite:
        document = _document_of(suite, selection, at, timeout)
    if output_format == "json":
        print_json(document)
    else:
        tables.show_tables([floor_table(document)], output_format)
    return EXIT_TRIAL_FAILED if any(entry["failure"] for entry in document["variants"]) else EXIT_OK


def _document_of(suite: Suite, selection: Selection, at: str | None, timeout: float) -> dict[str, Any]:
    workloads = _workloads(suite, selection)
    name = workloads[0].scenario
    limit = parse_size(at) if at is not None else _machine_limit(suite, name)
    with cgroups.group() as group:
        version = group.version
    workloads = suite.prepare(workloads)
    session = Session.begin(suite.settings, time_limit_seconds=timeout, jobs=1)
    with session.isolation.held() as isolation:
        if workloads[0].adapter != COMMAND:
            isolation.run(Trial(workload=workloads[0], meter=METER, repeat=WARM_UP), usable_cpus()[0])
        floors = [_floor(isolation, workload, limit) for workload in workloads]
    return validated(_document(name, floors, version, limit), DOCUMENT)


def _workloads(suite: Suite, selection: Selection) -> list[Workload]:
    """Give the variants of one scenario."""
    if suite.name == LEAGUE and not selection.variants:
        selection = replace(selection, variants=DEFAULT_VARIANTS)
    found = selection.workloads(suite)
    names = list(dict.fromkeys(workload.scenario for workload in found))
    if len(names) > 1:
        raise UsageError(
            f"Floors are found for one workload at a time. Give --scenario with one of {', '.join(names)}."
        )
    return found


def _machine_limit(suite: Suite, scenario: str) -> int | None:
    if (suite.name, scenario) != (LEAGUE, "incident"):
        return None
    from membench.harness.commands.league.story import MACHINE_LIMIT  # noqa: PLC0415 - the pipelines, only where they are run

    return MACHINE_LIMIT.peak_bytes


def _floor(isolation: Isolation, workload: Workload, at: int | None) -> _Floor:
    """Measure without a limit first: the floor lies below the peak, or a little above it."""
    with status_of(f"{workload.scenario}/{workload.variant}") as say:

        def run(limit: int | None) -> Reading:
            say("without a limit" if limit is None else f"under {format_bytes(limit)}")
            limited = replace(isolation, memory_limit_bytes=limit)
            return limited.run(Trial(workload=workload, meter=METER, repeat=0), usable_cpus()[0])

        free = run(None)
        if free.outcome is not Outcome.OK or free.peak_bytes is None:
            failure = f"{free.outcome} without any limit ({free.detail})"
            return _Floor(variant=workload.variant, peak_bytes=None, floor_bytes=None, at=None, failure=failure)

        def finishes(limit: int) -> bool:
            return run(limit).outcome is Outcome.OK

        enough, most = round(free.peak_bytes * ROOM) + MIB, largest_limit()
        while not finishes(enough):
            if enough >= most:
                failure = f"does not finish under {format_bytes(enough)} either, and this machine has no more to give"
                return _Floor(
                    variant=workload.variant, peak_bytes=free.peak_bytes, floor_bytes=None, at=None, failure=failure
                )
            enough = min(enough * 2, most)
        found = smallest_limit(finishes, fails_at=0, finishes_at=enough)
        judged = run(at) if at is not None else None
    return _Floor(variant=workload.variant, peak_bytes=free.peak_bytes, floor_bytes=found, at=judged, failure="")


def largest_limit() -> int:
    """Give the largest limit that is worth trying: all the memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _document(scenario: str, floors: Sequence[_Floor], version: str, limit: int | None) -> dict[str, Any]:
    return {
        "scenario": scenario,
        "variants": [
            {
                "variant": floor.variant,
                "floor_bytes": floor.floor_bytes,
                "limit": version,
                "peak_bytes": floor.peak_bytes,
                "at": None
                if floor.at is None
                else {
                    "limit_bytes": limit,
                    "finishes": floor.at.outcome is Outcome.OK,
                    "outcome": str(floor.at.outcome),
                },
                "failure": floor.failure,
            }
            for floor in floors
        ],
    }
