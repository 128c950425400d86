"""The plugin beside others: pytest-asyncio, pytest-memray and pytest-benchmark."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]
MIB = 1024 * 1024
ASYNCIO = ("-o", "asyncio_default_fixture_loop_scope=function")


@pytest.mark.slow
@pytest.mark.parametrize("isolated", [False, True])
def test_an_async_test_is_measured_by_whoever_runs_it(pytester: pytest.Pytester, run: Run, *, isolated: bool) -> None:
    pytester.makepyfile(
        f"""
        import asyncio, pytest, shop

        @pytest.mark.asyncio
        @pytest.mark.memory_budget("64 MiB", isolated={isolated})
        async def test_within():
            await asyncio.sleep(0)
            shop.hold(32)

        @pytest.mark.memory_budget("8 MiB", isolated={isolated})
        async def test_over():
            await asyncio.sleep(0)
            shop.hold(32)
        """
    )
    done = run(*ASYNCIO, "--asyncio-mode=auto", beside=("asyncio",))
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*is over its budget of 8.00 MiB*", "*shop.py:5  hold", "*test_within*3?.?? MiB*ok"])


def test_an_async_test_that_is_not_marked_for_its_runner_is_one_error(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.memory_budget("64 MiB")
        async def test_later(): ...
        """
    )
    done = run(*ASYNCIO, beside=("asyncio",))
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["memory_budget: test_later is async and nobody runs it*"])


def test_both_bounds_hold_where_pytest_memray_has_one_too(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop

        @pytest.mark.limit_memory("64 MB")
        @pytest.mark.memory_budget("80 MiB", growth="768 KiB")
        def test_within():
            shop.hold(32)

        @pytest.mark.limit_memory("8 MB")
        @pytest.mark.memory_budget("80 MiB")
        def test_over_theirs():
            shop.hold(32)

        @pytest.mark.limit_memory("64 MB")
        @pytest.mark.memory_budget("8 MiB")
        def test_over_ours():
            shop.hold(32)
        """
    )
    done = run(beside=("memray",))
    done.assert_outcomes(passed=1, failed=2)
    done.stdout.fnmatch_lines(["*Test was limited to 8.0MiB*", "*is over its budget of 8.00 MiB*", "*shop.py:5  hold"])


@pytest.mark.parametrize("asked", ["--memray", "limit_memory"])
def test_two_trackers_of_memray_are_one_error(pytester: pytest.Pytester, run: Run, asked: str) -> None:
    limit = "limit_memory('64 MB')" if asked == "limit_memory" else "usefixtures('tmp_path')"
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.{limit}
        @pytest.mark.memory_budget("64 MiB", meter="memray")
        def test_twice(): ...
        """
    )
    done = run(*([asked] if asked == "--memray" else []), beside=("memray",))
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["memory_budget: pytest-memray tracks this test, and two memray trackers cannot nest.*"])


def test_a_benchmark_carries_its_peak_and_runs_no_oftener(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop

        def work():
            with open("runs", "a") as file:
                file.write("x")
            shop.hold(32)

        def test_plain(benchmark):
            benchmark.pedantic(work, rounds=3)

        @pytest.mark.memory_budget("64 MiB")
        def test_bounded(benchmark):
            benchmark.pedantic(work, rounds=3)
        """
    )
    done = run("--benchmark-json=times.json", beside=("benchmark",))
    done.assert_outcomes(passed=2)
    assert (pytester.path / "runs").read_text() == "x" * 6
    stored = json.loads((pytester.path / "times.json").read_text())["benchmarks"]
    for benchmark in stored:
        assert benchmark["extra_info"]["peak_rss_bytes"] > 32 * MIB
        assert benchmark["extra_info"]["peak_rss_above_start_bytes"] == pytest.approx(32 * MIB, abs=4 * MIB)
    shutil.copy(pytester.path / "times.json", pytester.path / "copy.json")
    compared = subprocess.run(
        [sys.executable, "-m", "pytest_benchmark", "compare", "times.json", "copy.json"],
        capture_output=True,
        text=True,
        cwd=pytester.path,
        check=False,
        timeout=60,
    )
    assert compared.returncode == 0, compared.stderr
    assert "test_bounded" in compared.stdout


def test_a_benchmark_over_its_budget_is_not_timed_again(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop

        @pytest.mark.memory_budget("8 MiB")
        def test_bounded(benchmark):
            with open("benchmarked", "a") as file:
                file.write("yes " if benchmark.enabled else "no ")
            benchmark.pedantic(shop.hold, (32,), rounds=2)
        """
    )
    done = run(beside=("benchmark",))
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*shop.py:5  hold"])
    assert (pytester.path / "benchmarked").read_text() == "yes no "


def test_skipped_measuring_leaves_benchmarks_as_they_were(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_plain(benchmark):\n    benchmark(int)")
    run("--membench-skip", "--benchmark-json=times.json", beside=("benchmark",)).assert_outcomes(passed=1)
    assert json.loads((pytester.path / "times.json").read_text())["benchmarks"][0]["extra_info"] == {}
