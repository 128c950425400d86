"""Makes the part that measures, on the first test that asks for it. Every pytest run loads this file."""

from typing import Any

import pytest

from membench.harness.plugin.names import NAME


def activate(config: pytest.Config) -> Any:
    """Get the part that measures, judges and reports; make it on the first call."""
    found = config.pluginmanager.get_plugin(NAME)
    if found is None:
        from membench.harness.plugin.session import Session  # noqa: PLC0415 - only where something is measured

        found = Session(config)
        config.pluginmanager.register(found, NAME)
    return found


def runs_elsewhere(config: pytest.Config) -> bool:
    """Tell whether this process only hands tests to the workers of pytest-xdist."""
    return not hasattr(config, "workerinput") and config.getoption("dist", "no") != "no"
