"""Runs pytest with this plugin and no other but those that are asked for, each time in a process of its own."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

SHOP = """
    MIB = 1024 * 1024
    KEPT = []

    def hold(mib):
        data = bytearray(mib * MIB)
        return len(data)

    def hold_half(mib):
        return hold(mib // 2)

    def keep(mib):
        KEPT.append(bytearray(mib * MIB))

    def fail(mib):
        raise ValueError("no such order")

    def tell(**kwargs):
        import os
        raise SystemExit(f"{kwargs} {sorted(os.environ)} {os.getcwd()}")
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the tests of the project, in which there is a module `shop`; `beside` names other plugins."""
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID", "PYTEST_PLUGINS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(shop=SHOP)
    pytester.makeini("[pytest]\naddopts = --strict-markers\nfilterwarnings = error")

    def run_tests(*args: str, beside: tuple[str, ...] = ()) -> pytest.RunResult:
        plugins = [argument for name in ("membench", *beside) for argument in ("-p", name)]
        return pytester.runpytest_subprocess(*plugins, *args, timeout=120)

    return run_tests
