"""The pytest plugin: a fixture, a marker and options. Every pytest run loads this file, so it imports next to nothing.

What does the work is in `membench.harness.plugin`, and imported once a test asks for it.
"""

from argparse import SUPPRESS
from typing import TYPE_CHECKING

import pytest

from membench.harness.plugin.activation import MARKER, activate, uses_benchmark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from membench.harness.plugin.fixture import PeakMemory

_CHILD = "membench-child"
_MARKER_HELP = (
    f"{MARKER}(peak, growth=None, meter='peak_rss', isolated=False): "
    "bound the test's own peak memory, above what was resident at its start, and what it leaves behind."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and the two settings."""
    group = parser.getgroup("membench", "peak memory")
    group.addoption("--membench-json", metavar="PATH", help="write what was measured as a membench-results document")
    group.addoption("--membench-baseline", metavar="PATH", help="fail what has grown against this document")
    group.addoption("--membench-update", action="store_true", help="write the baseline instead of comparing with it")
    group.addoption("--membench-skip", action="store_true", help="measure nothing and enforce no budget")
    group.addoption("--membench-child", help=SUPPRESS)  # a file that says what a process of this plugin's is to do
    parser.addini("membench_relative", "growth against the baseline that is let pass, such as 5 %", default="5 %")
    parser.addini("membench_absolute", "growth against the baseline that is let pass, such as 1 MiB", default="1 MiB")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; get to work at once where an option asks for it."""
    config.addinivalue_line("markers", _MARKER_HELP)
    if config.getoption("membench_child"):
        from membench.harness.plugin.child import Child  # noqa: PLC0415 - only in a process of this plugin's own

        config.pluginmanager.register(Child(config), _CHILD)
        return
    if _asked_for(config):
        activate(config)
    config.pluginmanager.register(_Watcher(config), "membench-watcher")


@pytest.fixture
def peak_memory(request: pytest.FixtureRequest) -> "PeakMemory":
    """Measure a function in a fresh process: `peak_memory(function, *args, **kwargs)` returns a reading.

    `peak_memory.compare(before, after, *args, **kwargs)` measures two; `peak_memory.using(meter=..., ...)` is the same
    fixture under other settings.
    """
    if request.config.getoption("membench_skip"):
        pytest.skip("nothing is measured (--membench-skip)")
    from membench.harness.plugin.fixture import PeakMemory  # noqa: PLC0415 - only where it is used

    return PeakMemory.of(request)


def _asked_for(config: pytest.Config) -> bool:
    options = ("membench_json", "membench_baseline", "membench_update")
    return any(config.getoption(option) for option in options)


class _Watcher:
    """Waits for a test that is to be measured, or for a worker's report of one."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: "Sequence[pytest.Item]") -> None:
        if any(_is_measured(item) for item in items):
            activate(self._config).prepare(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        rows = getattr(report, "membench_rows", None)
        if rows:
            activate(self._config).take(rows)


def _is_measured(item: pytest.Item) -> bool:
    uses_fixture = "peak_memory" in getattr(item, "fixturenames", ())
    return item.get_closest_marker(MARKER) is not None or uses_fixture or uses_benchmark(item)
