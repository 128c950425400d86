"""Reads the marker `memory_budget`."""

from dataclasses import dataclass

import pytest

from membench.harness.errors import UsageError, unknown_name
from membench.harness.plugin.instruments import METERS
from membench.harness.plugin.names import MARKER
from membench.harness.units import parse_size

_KEYWORDS = ("growth", "isolated", "meter")
_PYTEST_MEMRAY = "memray"  # the name that it is registered under
_MEMRAY_MARKERS = ("limit_memory", "limit_leaks", "limit_leaked_objects")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a test may take. Without a bound it is only measured."""

    peak_bytes: int | None
    growth_bytes: int | None
    meter: str
    isolated: bool
    origin: str = ""  # where the bound stands, if not in a marker


def budget_of(item: pytest.Item) -> Budget | None:
    """Read the marker that is closest to a test; None where there is none.

    Raises:
        UsageError: it has an argument that does not exist or is none of its kind.
    """
    mark = item.get_closest_marker(MARKER)
    if mark is None:
        return None
    for name in mark.kwargs:
        if name not in _KEYWORDS:
            raise unknown_name(f"argument of {MARKER}", name, list(_KEYWORDS))
    if len(mark.args) > 1:
        raise UsageError(f"{MARKER} takes one size and keywords, not {len(mark.args)} sizes. Write growth=... by name.")
    meter, isolated = mark.kwargs.get("meter", "peak_rss"), mark.kwargs.get("isolated", False)
    if meter not in METERS:
        raise unknown_name("meter", str(meter), list(METERS))
    if not isinstance(isolated, bool):
        raise UsageError(f"{MARKER}: isolated={isolated!r} is neither True nor False.")
    return Budget(
        peak_bytes=_size(mark.args[0]) if mark.args else None,
        growth_bytes=_size(mark.kwargs["growth"]) if "growth" in mark.kwargs else None,
        meter=meter,
        isolated=isolated,
    )


def is_tracked_by_memray(item: pytest.Item) -> bool:
    """Tell whether pytest-memray puts a tracker around a test."""
    if not item.config.pluginmanager.hasplugin(_PYTEST_MEMRAY):
        return False
    asked = item.config.getoption("memray", default=False) or item.config.getini("memray")
    return bool(asked) or any(item.get_closest_marker(name) for name in _MEMRAY_MARKERS)


def require_no_clash(item: pytest.Item, meter: str) -> None:
    """Hold a meter against the plugins that work on the same test.

    Raises:
        UsageError: both would put a tracker of memray around it.
    """
    if meter == "memray" and is_tracked_by_memray(item):
        raise UsageError(
            "pytest-memray tracks this test, and two memray trackers cannot nest. Leave out meter='memray', or do not "
            "let pytest-memray track it."
        )


def _size(value: object) -> int:
    return parse_size(str(value))
