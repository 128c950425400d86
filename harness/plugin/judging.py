"""Says what is over its budget, and where in the code the memory went."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from harness.model import CallSite
from harness.plugin.instruments import Measured
from harness.plugin.marker import Budget
from harness.units import format_bytes

SHOWN_CALL_SITES = 8
_SMALLEST_SHARE = 0.01  # of the peak; the largest is shown whatever its share


def fail(message: str) -> NoReturn:
    """Fail the test that is under way, with these words alone: no traceback, no error that they come from."""
    raise pytest.fail.Exception(message, pytrace=False) from None


def problems_of(budget: Budget, measured: Measured) -> Iterator[str]:
    """Say each bound that was exceeded, and by how much."""
    if budget.peak_bytes is not None and measured.peak_bytes > budget.peak_bytes:
        yield (
            f"the test's own peak of {format_bytes(measured.peak_bytes)} ({budget.meter}) is over its budget of "
            f"{format_bytes(budget.peak_bytes)} by {format_bytes(measured.peak_bytes - budget.peak_bytes)}"
        )
    growth = measured.growth_bytes
    if budget.growth_bytes is not None and growth is not None and growth > budget.growth_bytes:
        yield (
            f"the test leaves {format_bytes(growth)} behind ({budget.meter}), which is over its budget of "
            f"{format_bytes(budget.growth_bytes)} by {format_bytes(growth - budget.growth_bytes)}"
        )


def describe_sites(sites: Sequence[CallSite], peak_bytes: int, source: str, root: Path) -> str:
    """List the largest call sites, their files relative to the root where they are below it."""
    telling = [site for site in sites if site.bytes >= peak_bytes * _SMALLEST_SHARE] or sites[:1]
    lines = [f"the largest call sites at the peak ({source}):"]
    lines += [
        f"{format_bytes(site.bytes):>12}  {_relative(site.file, root)}:{site.line}"
        + (f"  {site.function}" if site.function else "")
        for site in telling[:SHOWN_CALL_SITES]
    ]
    return "\n".join(lines)


def _relative(file: str, root: Path) -> str:
    prefix = f"{root}{os.sep}"
    return file.removeprefix(prefix)
