"""The marker with `isolated=True`: the test runs in a fresh interpreter."""

from collections.abc import Callable

import pytest

from membench.harness.model import Results
from membench.harness.store.results import read_results

Run = Callable[..., pytest.RunResult]
NOISE_BYTES = 1024 * 1024  # each of two CPUs may keep 32 pages of the counter to itself, at both ends of a test


def test_it_has_a_process_of_its_own_with_its_fixtures(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(
        """
        import os, pytest

        @pytest.fixture(scope="session")
        def server(tmp_path_factory):
            return os.getpid()
        """
    )
    pytester.makepyfile(
        """
        import os, pytest, shop

        HERE = []

        def test_before():
            HERE.append(os.getpid())

        @pytest.mark.memory_budget("40 MiB", isolated=True)
        @pytest.mark.parametrize("mib", [1, 32])
        def test_hold(server, tmp_path, mib):
            assert server == os.getpid()
            assert HERE == []
            assert tmp_path.is_dir()
            shop.hold(mib)
        """
    )
    done = run()
    done.assert_outcomes(passed=3)
    done.stdout.fnmatch_lines(["*::test_hold[[]1]*peak_rss * 40.00 MiB*ok", "*::test_hold[[]32]*3?.?? MiB*ok"])


def test_over_its_budget_it_fails_with_its_call_sites(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop

        @pytest.mark.memory_budget("8 MiB", isolated=True)
        def test_hold():
            shop.hold(32)
        """
    )
    done = run()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*is over its budget of 8.00 MiB*", "*32.00 MiB  shop.py:5  hold"])


def test_how_it_ends_there_is_how_it_ends_here(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import os, pytest

        pytestmark = pytest.mark.memory_budget("64 MiB", isolated=True)

        def test_fails():
            answer = 41
            print("what it said")
            assert answer == 42

        def test_skips():
            pytest.skip("no orders today")

        @pytest.mark.xfail(reason="known", strict=True)
        def test_known():
            assert False

        @pytest.mark.xfail(reason="known", strict=True)
        def test_unexpected(): ...

        @pytest.mark.skipif("os.sep == '/'", reason="never runs")
        def test_skipped_by_its_mark(): ...

        def test_dies():
            os._exit(7)

        def test_lacks_a_fixture(nosuch): ...
        """
    )
    done = run("-rsx", "--membench-json", "peaks.json")
    done.assert_outcomes(failed=4, skipped=2, xfailed=1)
    done.stdout.fnmatch_lines(
        [
            "*assert 41 == 42",
            "*Captured stdout call*",
            "what it said",
            "*XPASS(strict)*",
            "*came to no result (exit status 7)*",
            "*fixture 'nosuch' not found*",
            "*no orders today",
        ]
    )
    assert [sample.variant for sample in read_results(pytester.path / "peaks.json").samples] == [
        "test_fails",
        "test_unexpected",
        "test_dies",
        "test_lacks_a_fixture",
    ]


def test_it_runs_once_when_it_passes(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.memory_budget("64 MiB", isolated=True)
        def test_apart():
            with open("runs", "a") as file:
                file.write("x")

        @pytest.mark.memory_budget("64 MiB")
        def test_here():
            with open("runs", "a") as file:
                file.write("y")
        """
    )
    run().assert_outcomes(passed=2)
    assert (pytester.path / "runs").read_text() == "xy"


def test_the_options_of_the_project_hold_there_too(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(
        """
        def pytest_addoption(parser):
            parser.addoption("--shop", default="none")
        """
    )
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.memory_budget("64 MiB", isolated=True)
        def test_option(pytestconfig):
            assert pytestconfig.getoption("shop") == "corner"
            assert pytestconfig.getini("junit_suite_name") == "orders"
        """
    )
    done = run("--shop", "corner", "-o", "junit_suite_name=orders", "-k", "option", "--junit-xml=report.xml")
    done.assert_outcomes(passed=1)
    assert 'name="orders"' in (pytester.path / "report.xml").read_text()


def test_a_benchmark_in_another_process_is_refused(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.memory_budget("64 MiB", isolated=True)
        def test_fast(benchmark): ...
        """
    )
    done = run(beside=("benchmark",))
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["memory_budget: isolated=True and the fixture benchmark do not go together*"])


@pytest.mark.slow
def test_two_workers_read_the_same_peaks_as_one_process(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop

        @pytest.mark.memory_budget("64 MiB", isolated=True)
        @pytest.mark.parametrize("mib", [1, 8, 32])
        def test_hold(mib):
            shop.hold(mib)

        def test_function(peak_memory):
            peak_memory(shop.hold, 16)
        """
    )
    run("--membench-json", "alone.json").assert_outcomes(passed=4)
    done = run("-n2", "--membench-json", "spread.json", beside=("xdist",))
    done.assert_outcomes(passed=4)
    done.stdout.fnmatch_lines(["*= peak memory =*", "*test_hold[[]32] *ok"])
    alone, spread = (peaks(read_results(pytester.path / name)) for name in ("alone.json", "spread.json"))
    assert len(alone) == 4
    assert spread == pytest.approx(alone, abs=NOISE_BYTES)


def peaks(results: Results) -> dict[str, int]:
    return {sample.variant: sample.peak_bytes[0] for sample in results.samples}
