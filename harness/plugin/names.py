"""The names that the plugin's entry point and its parts share. Every pytest run loads this file."""

import pytest

MARKER = "memory_budget"
LEAK_MARKER = "memory_leak"
NAME = "membench-session"


def uses_benchmark(item: pytest.Item) -> bool:
    """Tell whether a test is one of pytest-benchmark's."""
    return "benchmark" in getattr(item, "fixturenames", ()) and item.config.pluginmanager.hasplugin("benchmark")
