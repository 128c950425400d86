"""The marker, on tests that run in the process of pytest."""

from collections.abc import Callable

import pytest

from membench.harness.store.results import read_results

Run = Callable[..., pytest.RunResult]
MIB = 1024 * 1024


def test_a_test_within_its_budget_passes_and_has_a_row(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop

        @pytest.mark.memory_budget("64 MiB", growth="8 MiB")
        @pytest.mark.parametrize("mib", [16, 32])
        def test_hold(mib):
            shop.hold(mib)
        """
    )
    done = run("--membench-json", "peaks.json")
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["*= peak memory =*", "*::test_hold[[]16] *peak_rss*64.00 MiB*ok", "*[[]32]*ok"])
    samples = {sample.variant: sample for sample in read_results(pytester.path / "peaks.json").samples}
    assert samples["test_hold[16]"].peak_bytes[0] == pytest.approx(16 * MIB, abs=2 * MIB)
    assert samples["test_hold[32]"].peak_bytes[0] == pytest.approx(32 * MIB, abs=2 * MIB)
    assert samples["test_hold[32]"].budget_bytes == 64 * MIB


def test_what_was_resident_before_the_test_is_not_its_own(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop

        @pytest.fixture
        def much():
            return bytearray(64 * shop.MIB)

        @pytest.mark.memory_budget("16 MiB")
        def test_little(much):
            shop.hold(4)

        @pytest.mark.memory_budget("16 MiB")
        def test_after_much_was_freed():
            shop.hold(4)
        """
    )
    run().assert_outcomes(passed=2)


def test_a_test_over_its_budget_fails_with_its_call_sites(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop

        @pytest.mark.memory_budget("8 MiB")
        def test_hold():
            shop.hold(32)
        """
    )
    done = run()
    done.assert_outcomes(failed=1)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(
        [
            "memory: the test's own peak of 3* MiB (peak_rss) is over its budget of 8.00 MiB by 2* MiB",
            "the largest call sites at the peak (a second run under tracemalloc, *):",
            "*32.00 MiB  shop.py:5  hold",
            "*::test_hold * over",
        ]
    )
    done.stdout.no_fnmatch_line("*Traceback*")


def test_a_test_that_leaves_too_much_behind_fails(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop

        @pytest.mark.memory_budget(growth="8 MiB")
        def test_keep():
            shop.keep(32)

        @pytest.mark.memory_budget(growth="8 MiB")
        def test_hold():
            shop.hold(32)
        """
    )
    done = run()
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        [
            "memory: the test leaves 3* MiB behind*budget of 8.00 MiB*",
            "the largest call sites of what is left (a second run under tracemalloc, 32.0* MiB):",
            "*32.00 MiB  shop.py:12  keep",
        ]
    )


@pytest.mark.slow
def test_what_the_allocator_keeps_for_later_is_not_left_behind(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        PINS = []

        @pytest.mark.memory_budget(growth="2 MiB")
        def test_pins_an_object_in_every_arena():
            objects = [object() for _ in range(2_000_000)]
            PINS.extend(objects[::50_000])

        @pytest.mark.memory_budget(growth="2 MiB")
        def test_keeps_objects_in_arenas_that_are_there():
            PINS.append([object() for _ in range(500_000)])
        """
    )
    done = run()
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["memory: the test leaves 1?.* MiB behind (peak_rss)*", "*:12  *", "*pins_an_object*ok"])


@pytest.mark.parametrize("meter", ["tracemalloc", "memray"])
def test_other_meters_bound_what_they_read(pytester: pytest.Pytester, run: Run, meter: str) -> None:
    pytester.makepyfile(
        f"""
        import pytest, shop

        @pytest.mark.memory_budget("40 MiB", growth="1 MiB", meter={meter!r})
        def test_within():
            shop.hold(32)

        @pytest.mark.memory_budget("8 MiB", meter={meter!r})
        def test_over():
            shop.hold(32)

        @pytest.mark.memory_budget(growth="8 MiB", meter={meter!r})
        def test_keep():
            shop.keep(16)
        """
    )
    done = run()
    done.assert_outcomes(passed=1, failed=2)
    done.stdout.fnmatch_lines(
        [
            f"memory: the test's own peak of 32.0* MiB ({meter})*",
            "*shop.py:5  hold",
            f"memory: the test leaves 16.0* MiB behind ({meter})*",
        ]
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("'64'", "memory_budget: '64' is not a size. Write a number and a unit, such as 64 MiB*"),
        ("64", "memory_budget: '64' is not a size.*"),
        ("'64 MiB', grwth='1 MiB'", "No argument of memory_budget named 'grwth'. Known: growth, isolated, meter."),
        ("'64 MiB', growth='1'", "memory_budget: '1' is not a size.*"),
        ("'64 MiB', '1 MiB'", "memory_budget takes one size and keywords, not 2 sizes.*"),
        ("'64 MiB', meter='psss'", "memory_budget: No meter named 'psss'. Known: memray, peak_rss, tracemalloc."),
        ("'64 MiB', isolated='yes'", "memory_budget: isolated='yes' is neither True nor False."),
    ],
)
def test_a_marker_that_says_nothing_is_one_error(
    pytester: pytest.Pytester, run: Run, arguments: str, said: str
) -> None:
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.memory_budget({arguments})
        def test_nothing(): ...

        def test_other(): ...
        """
    )
    done = run()
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(["*ERROR at setup of test_nothing*", said])
    done.stdout.no_fnmatch_line("*Traceback*")
    done.stdout.no_fnmatch_line("*another exception*")


@pytest.mark.parametrize("isolated", [False, True])
def test_an_async_test_that_nobody_runs_is_one_error(pytester: pytest.Pytester, run: Run, *, isolated: bool) -> None:
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.memory_budget("64 MiB", isolated={isolated})
        async def test_later(): ...
        """
    )
    done = run()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["memory_budget: test_later is async and nobody runs it*pytest-asyncio*"])
    done.stdout.no_fnmatch_line("*anyio*")


def test_a_test_that_fails_by_itself_has_a_row_without_a_figure(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.memory_budget("64 MiB")

        def test_fails():
            assert 1 == 2

        def test_skips():
            pytest.skip("not today")

        @pytest.mark.xfail
        def test_known():
            bytearray(128 * 1024 * 1024)

        def test_expected():
            pytest.xfail("not yet")
        """
    )
    done = run("--membench-json", "peaks.json")
    done.assert_outcomes(failed=1, skipped=1, xfailed=2)
    done.stdout.fnmatch_lines(["E * assert 1 == 2"])
    samples = read_results(pytester.path / "peaks.json").samples
    assert {(sample.variant, sample.outcomes[0], bool(sample.peak_bytes)) for sample in samples} == {
        ("test_fails", "crashed", False),
        ("test_known", "ok", True),
    }


def test_a_method_of_a_test_case_is_held_to_its_budget_too(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop, unittest

        class TestShop(unittest.TestCase):
            @pytest.mark.memory_budget("8 MiB")
            def test_hold(self):
                shop.hold(32)
        """
    )
    done = run()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*is over its budget of 8.00 MiB*", "*shop.py:5  hold"])


def test_a_tracer_that_is_on_already_is_one_error(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, tracemalloc

        @pytest.mark.memory_budget("64 MiB", meter="tracemalloc")
        def test_traced(traced): ...

        @pytest.mark.memory_budget("64 MiB", meter="tracemalloc")
        def test_stops_it():
            tracemalloc.stop()

        @pytest.fixture
        def traced():
            tracemalloc.start()
            yield
            tracemalloc.stop()
        """
    )
    done = run()
    done.assert_outcomes(failed=2)
    done.stdout.fnmatch_lines(["*tracemalloc is on already*", "*The test has stopped tracemalloc*"])


def test_nothing_is_measured_where_that_is_asked_for(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, os, shop

        @pytest.mark.memory_budget("8 MiB")
        def test_hold():
            shop.hold(32)

        @pytest.mark.memory_budget("8 MiB", isolated=True)
        def test_apart():
            assert os.environ["PYTEST_CURRENT_TEST"]
            shop.hold(32)

        def test_function(peak_memory):
            peak_memory(shop.hold, 1)
        """
    )
    done = run("--membench-skip", "-rs")
    done.assert_outcomes(passed=2, skipped=1)
    done.stdout.fnmatch_lines(["*nothing is measured (--membench-skip)*"])
    done.stdout.no_fnmatch_line("*peak memory*")


def test_a_quiet_run_shows_only_what_failed(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop

        @pytest.mark.memory_budget("8 MiB")
        @pytest.mark.parametrize("mib", [1, 32])
        def test_hold(mib):
            shop.hold(mib)
        """
    )
    done = run("-q")
    done.stdout.fnmatch_lines(["*test_hold[[]32]*over"])
    done.stdout.no_fnmatch_line("*test_hold[[]1]*")
