"""Finds the call sites behind a failure. A meter that does not know them is followed by a second run that does."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from membench.harness.model import CallSite
from membench.harness.plugin.instruments import Measured
from membench.harness.plugin.rerun import LEFT_SITES, PEAK_SITES, Rerun, run_again
from membench.harness.units import format_bytes

SHOWN_CALL_SITES = 8
_SMALLEST_SHARE = 0.01  # of the whole; the largest is shown whatever its share
# Tracing takes 6 to 11 times as long; what takes far longer hangs.
_SLOWDOWN = 30
_GRACE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The call sites, largest first, and the lines to show."""

    sites: tuple[CallSite, ...]
    report: str


def explain_peak(item: pytest.Item, measured: Measured, wall_seconds: float) -> Explanation:
    """Find what was alive at the peak."""
    root = item.config.rootpath
    if measured.call_sites:
        heading = "the largest call sites at the peak (memray):"
        report = _list(heading, measured.call_sites, measured.peak_bytes, root)
        return Explanation(sites=measured.call_sites, report=report)
    rerun = _trace(item, PEAK_SITES, wall_seconds)
    found = rerun.measured
    if found is None or not found.call_sites:
        return _nothing(rerun)
    heading = f"the largest call sites at the peak (a second run under tracemalloc, {found.source}):"
    report = _list(heading, found.call_sites, found.peak_bytes, root)
    if found.peak_bytes < measured.peak_bytes / 2:
        report += (
            f"\nPython's own allocations are {format_bytes(found.peak_bytes)} of it; "
            "meter='memray' sees those of C libraries too"
        )
    return Explanation(sites=found.call_sites, report=report)


def explain_growth(item: pytest.Item, wall_seconds: float) -> Explanation:
    """Find what is still alive when the test has ended."""
    rerun = _trace(item, LEFT_SITES, wall_seconds)
    found = rerun.measured
    if found is None or not found.call_sites:
        return _nothing(rerun)
    left = found.growth_bytes or 0
    heading = f"the largest call sites of what is left (a second run under tracemalloc, {format_bytes(left)}):"
    report = _list(heading, found.call_sites, left, item.config.rootpath)
    return Explanation(sites=found.call_sites, report=report)


def _trace(item: pytest.Item, what: str, wall_seconds: float) -> Rerun:
    return run_again(item, what, time_limit_seconds=_GRACE_SECONDS + _SLOWDOWN * wall_seconds)


def _nothing(rerun: Rerun) -> Explanation:
    if rerun.measured is None:
        lines = (rerun.text or rerun.output).strip().splitlines()
        ending = lines[-1] if lines else rerun.outcome
        return Explanation(sites=(), report=f"no call sites: a second run to find them ended otherwise ({ending})")
    traced = format_bytes(max(rerun.measured.peak_bytes, rerun.measured.growth_bytes or 0))
    return Explanation(sites=(), report=f"no call sites: Python itself allocated no more than {traced}")


def _list(heading: str, sites: Sequence[CallSite], whole_bytes: int, root: Path) -> str:
    """List the largest call sites, their files relative to the root where they are below it."""
    telling = [site for site in sites if site.bytes >= whole_bytes * _SMALLEST_SHARE] or sites[:1]
    lines = [
        f"{format_bytes(site.bytes):>12}  {_shown(site.file, root)}:{site.line}"
        + (f"  {site.function}" if site.function else "")
        for site in telling[:SHOWN_CALL_SITES]
    ]
    return "\n".join((heading, *lines))


def _shown(file: str, root: Path) -> str:
    """Name a file from the root of the project, or as one would import it."""
    if file.startswith(f"{root}/"):
        return file.removeprefix(f"{root}/")
    folders = [folder for folder in sys.path if folder and file.startswith(f"{folder}/")]
    return file.removeprefix(f"{max(folders, key=len)}/") if folders else file
