"""What the plugin's entry point and its parts share: names, and how the part that measures is made.

Every pytest run loads this file.
"""

from typing import Any

import pytest

MARKER = "memory_budget"
NAME = "membench-session"


def activate(config: pytest.Config) -> Any:
    """Get the part that measures, judges and reports; make it on the first call."""
    found = config.pluginmanager.get_plugin(NAME)
    if found is None:
        from membench.harness.plugin.session import Session  # noqa: PLC0415 - only where something is measured

        found = Session(config)
        config.pluginmanager.register(found, NAME)
    return found


def uses_benchmark(item: pytest.Item) -> bool:
    """Tell whether a test is one of pytest-benchmark's."""
    return "benchmark" in getattr(item, "fixturenames", ()) and item.config.pluginmanager.hasplugin("benchmark")
