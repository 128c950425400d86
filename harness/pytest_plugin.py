"""The pytest plugin: a fixture, a marker and options. Every pytest run loads this file, so it imports next to nothing.

What does the work is in `membench.harness.plugin`, and imported once a test asks for it.
"""

from argparse import SUPPRESS
from typing import TYPE_CHECKING, Any

import pytest

from membench.harness.plugin.activation import activate, runs_elsewhere
from membench.harness.plugin.names import LEAK_MARKER, MARKER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from membench.harness.plugin.fixture import PeakMemory

_CHILD = "membench-child"
_MARKER_HELP = (
    f"{MARKER}(peak, growth=None, meter='peak_rss', isolated=False): "
    "bound the test's own peak memory, above what was resident at its start, and what it leaves behind."
)
_LEAK_HELP = (
    f"{LEAK_MARKER}(per_call=None, calls=200): call the test again and again, and fail it where each call leaves more "
    "behind than per_call."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and the settings."""
    group = parser.getgroup("membench", "peak memory")
    group.addoption("--membench", action="store_true", help="measure every test, and show which take and leave most")
    group.addoption("--membench-top", metavar="N", type=int, default=10, help="length of its tables (default: 10)")
    group.addoption("--membench-limit", metavar="SIZE", help="memory limit for each process that runs tests")
    group.addoption("--membench-json", metavar="PATH", help="write what was measured as a membench-results document")
    group.addoption("--membench-csv", metavar="PATH", help="write tests, fixtures and workers as a table")
    group.addoption("--membench-baseline", metavar="PATH", help="fail what has grown against this document")
    group.addoption("--membench-budgets", metavar="PATH", help="hold each test to its budget in this file")
    group.addoption("--membench-update", action="store_true", help="write the baseline, or the budgets, instead")
    group.addoption("--membench-skip", action="store_true", help="measure nothing and enforce no budget")
    group.addoption("--membench-child", help=SUPPRESS)  # a file that says what a process of this plugin's is to do
    parser.addini("membench_default_budget", "what each test without a marker may take at most, such as 64 MiB")
    parser.addini("membench_relative", "growth against the baseline that is let pass, such as 5 %", default="5 %")
    parser.addini("membench_absolute", "growth against the baseline that is let pass, such as 1 MiB", default="1 MiB")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; get to work at once where an option asks for it."""
    config.addinivalue_line("markers", _MARKER_HELP)
    config.addinivalue_line("markers", _LEAK_HELP)
    if config.getoption("membench_child"):
        from membench.harness.plugin.child import Child  # noqa: PLC0415 - only in a process of this plugin's own

        config.pluginmanager.register(Child(config), _CHILD)
        return
    if _asked_for(config):
        activate(config)
    if runs_elsewhere(config) or config.getoption("forked", False):  # noqa: FBT003 - pytest's signature
        config.pluginmanager.register(_Receiver(config), "membench-receiver")
    if not runs_elsewhere(config):
        config.pluginmanager.register(_Watcher(config), "membench-watcher")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Call a test again and again that is held to leave nothing behind."""
    if pyfuncitem.get_closest_marker(LEAK_MARKER) is None or pyfuncitem.config.getoption("membench_skip"):
        return None
    from membench.harness.plugin.leaks import call_again  # noqa: PLC0415 - only where it is asked for

    return call_again(pyfuncitem)


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
    names = ("", "_limit", "_json", "_csv", "_baseline", "_budgets", "_update")
    asked = any(config.getoption(f"membench{name}") for name in names)
    return asked or bool(config.getini("membench_default_budget"))


class _Watcher:
    """Waits for a test that is to be measured."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: "Sequence[pytest.Item]") -> None:
        if _is_any_measured(self._config, items):
            activate(self._config).prepare(items)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        # A fixture may have added the marker just now.
        if item.get_closest_marker(MARKER) is not None:
            activate(self._config)


class _Receiver:
    """Waits for a report from another process, in which a test was measured."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if hasattr(report, "membench_rows") or hasattr(report, "membench_entries"):
            activate(self._config).take(report)


def _is_any_measured(config: pytest.Config, items: "Sequence[pytest.Item]") -> bool:
    """Tell whether a marker or a fixture asks for it; written for speed, as every session pays for it."""
    has_benchmark = config.pluginmanager.hasplugin("benchmark")
    marked: dict[Any, bool] = {None: False}
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "peak_memory" in names or (has_benchmark and "benchmark" in names):
            return True
        if any(mark.name == MARKER for mark in item.own_markers) or _is_marked(item.parent, marked):
            return True
    return False


def _is_marked(node: Any, known: dict[Any, bool]) -> bool:
    """Tell whether a node, or one above it, has the marker; what is known already is not looked up again."""
    if node not in known:
        known[node] = any(mark.name == MARKER for mark in node.own_markers) or _is_marked(node.parent, known)
    return known[node]
