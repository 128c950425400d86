"""What the plugin costs where nobody uses it."""

import subprocess
import sys
from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

_OURS = [
    "membench",
    "membench.harness",
    "membench.harness.plugin",
    "membench.harness.plugin.activation",
    "membench.harness.plugin.names",
    "membench.harness.pytest_plugin",
]
_LOADED = """
import sys
import pytest
before = set(sys.modules)
import membench.harness.pytest_plugin
print(sorted(set(sys.modules) - before))
"""


def test_loading_it_imports_nothing_but_itself() -> None:
    done = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == str(_OURS)


def test_a_run_that_does_not_use_it_imports_no_more(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(
        """
        import sys

        def pytest_unconfigure():
            print(sorted(name for name in sys.modules if name.partition(".")[0] == "membench"))
        """
    )
    pytester.makepyfile("def test_plain(): ...")
    done = run("-s")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines([str(_OURS).replace("[", "[[]")])
    done.stdout.no_fnmatch_line("*peak memory*")


def test_the_path_stays_as_it_was_and_nothing_heavy_is_loaded_where_it_is_used(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makepyfile(
        """
        import pytest, sys

        BEFORE = list(sys.path)

        @pytest.mark.memory_budget("64 MiB")
        def test_used(): ...

        def test_afterwards(peak_memory):
            peak_memory("shop:hold", 1)
            assert sys.path == BEFORE
            heavy = {"click", "rich", "scipy", "numpy", "matplotlib", "jsonschema", "jinja2", "memray"}
            ours = {f"membench.{name}" for name in ("pipelines", "scenarios", "reports", "harness.commands")}
            assert not (heavy | ours) & set(sys.modules)
        """
    )
    run().assert_outcomes(passed=2)


def test_its_options_are_in_the_help_and_its_own_are_not(run: Run) -> None:
    done = run("--help")
    done.stdout.fnmatch_lines(["peak memory:", "*--membench-json=PATH*", "*--membench-skip*"])
    done.stdout.no_fnmatch_line("*membench-child*")
