"""A budget for all tests: by the settings, or by a marker that the project's conftest adds."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

SIZES = """
    import pytest, shop

    def test_small():
        shop.hold(4)

    def test_large():
        shop.hold(64)

    @pytest.mark.memory_budget("200 MiB")
    def test_large_and_allowed():
        shop.hold(64)

    @pytest.mark.memory_budget()
    class TestUnbounded:
        def test_large(self):
            shop.hold(64)
"""
HOOK = """
    import pytest

    def pytest_collection_modifyitems(items):
        for item in items:
            if item.get_closest_marker("memory_budget") is None:
                item.add_marker(pytest.mark.memory_budget("32 MiB"))
"""
FIXTURE = """
    import pytest

    @pytest.fixture(autouse=True)
    def default_budget(request):
        if request.node.get_closest_marker("memory_budget") is None:
            request.node.add_marker(pytest.mark.memory_budget("32 MiB"))
"""


def test_the_default_holds_for_tests_without_a_marker(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(SIZES)
    done = run("-o", "membench_default_budget=32 MiB")
    done.assert_outcomes(passed=3, failed=1)
    done.stdout.fnmatch_lines(
        [
            "memory: the test's own peak of 6?.* MiB (peak_rss) is over its budget of 32.00 MiB *default_budget)",
            "*64.00 MiB  shop.py:5  hold",
            "*::test_large *over",
        ]
    )
    done.stdout.no_fnmatch_line("the * highest peaks*")


def test_a_default_that_is_no_size_is_refused(run: Run) -> None:
    done = run("-o", "membench_default_budget=32")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*membench_default_budget: '32' is not a size.*"])


@pytest.mark.parametrize("conftest", [HOOK, FIXTURE])
@pytest.mark.parametrize("marked", [True, False])
def test_a_marker_that_the_conftest_adds_is_enforced(
    pytester: pytest.Pytester, run: Run, conftest: str, *, marked: bool
) -> None:
    pytester.makeconftest(conftest)
    pytester.makepyfile(SIZES if marked else SIZES.partition("@pytest")[0])
    done = run()
    done.assert_outcomes(passed=3 if marked else 1, failed=1)
    done.stdout.fnmatch_lines(["memory: * is over its budget of 32.00 MiB *", "*::test_large *over"])


def test_isolation_that_a_fixture_asks_for_is_one_error(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(FIXTURE.replace('"32 MiB"', '"32 MiB", isolated=True'))
    pytester.makepyfile("def test_plain(): ...")
    done = run()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["memory_budget: isolated=True came from a fixture*"])
