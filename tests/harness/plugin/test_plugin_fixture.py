"""The fixture `peak_memory`."""

from collections.abc import Callable

import pytest

from membench.harness.store.results import read_results

Run = Callable[..., pytest.RunResult]
MIB = 1024 * 1024


def test_it_reads_the_peak_of_a_function_in_a_fresh_process(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import shop

        MUCH = bytearray(128 * shop.MIB)

        def test_hold(peak_memory):
            reading = peak_memory(shop.hold, 32)
            assert 32 * shop.MIB < reading.peak_bytes < 64 * shop.MIB
            assert reading.outcome == "ok"
            assert [span.name for span in reading.phases] == ["before", "call", "after"]

        def test_by_name(peak_memory):
            assert peak_memory("shop:hold", mib=32).peak_bytes > 32 * shop.MIB
        """
    )
    done = run("--membench-json", "peaks.json")
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["*::test_hold: shop:hold(32) *peak_rss*4?.?? MiB*"])
    names = [sample.variant for sample in read_results(pytester.path / "peaks.json").samples]
    assert names == ["test_hold: shop:hold(32)", "test_by_name: shop:hold(mib=32)"]


def test_it_compares_two_functions(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import shop

        def test_half(peak_memory):
            compared = peak_memory.using(repeats=2).compare(shop.hold, shop.hold_half, 32)
            assert compared.shift.bytes == compared.after.peak_bytes - compared.before.peak_bytes
            assert -17 * shop.MIB < compared.shift.bytes < -15 * shop.MIB
            assert str(compared).startswith("-1")
        """
    )
    done = run("--membench-json", "peaks.json")
    done.assert_outcomes(passed=1)
    samples = {sample.variant: sample for sample in read_results(pytester.path / "peaks.json").samples}
    assert {name: len(sample.peak_bytes) for name, sample in samples.items()} == {
        "test_half: shop:hold(32)": 2,
        "test_half: shop:hold_half(32)": 2,
    }


def test_a_function_that_fails_raises_with_the_traceback_of_its_process(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop

        def test_fails(peak_memory):
            peak_memory(shop.fail, 1)

        def test_in_too_little_time(peak_memory):
            with pytest.raises(Exception, match="timed-out") as caught:
                peak_memory.using(timeout=0.001)(shop.hold, 1)
            assert caught.value.reading.outcome == "timed-out"
        """
    )
    done = run()
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        [
            ">       peak_memory(shop.fail, 1)",
            "E *PeakMemoryError: shop:fail: crashed (exit status 1) after a peak of * MiB",
            "E *Traceback (most recent call last):",
            'E * raise ValueError("no such order")',
            "E *ValueError: no such order",
            "*::test_fails: shop:fail(1) * crashed",
        ]
    )
    done.stdout.no_fnmatch_line("*plugin/fixture.py*")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("lambda: 1", "*cannot be imported by that name*no lambda*"),
        ("nested", "*<locals>.nested cannot be imported by that name*"),
        ("partial(shop.hold, 1)", "*has no name to be imported by*"),
        ("[].append", "*has no name to be imported by*"),
        ("Shop().hold", "*:Shop.hold cannot be imported by that name*no bound method*"),
        ("'shop.hold'", "*'shop.hold' names no function. Write it as package.module:name.*"),
        ("shop.hold, (1, 2)", "*Argument 1 of shop:hold is tuple and would not arrive as it is*"),
        ("shop.hold, mib={1: 2}", "*Argument mib of shop:hold is dict*"),
        ("shop.hold, object()", "*Argument 1 of shop:hold is object*"),
        ("shop.hold, float('nan')", "*Argument 1 of shop:hold is float*"),
    ],
)
def test_what_cannot_cross_the_process_boundary_is_one_error(
    pytester: pytest.Pytester, run: Run, call: str, said: str
) -> None:
    pytester.makepyfile(
        f"""
        from functools import partial
        import shop

        class Shop:
            def hold(self): ...

        def test_call(peak_memory):
            def nested(): ...
            peak_memory({call})
        """
    )
    done = run()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines([f"E * membench.harness.errors.UsageError: {said}"])
    done.stdout.no_fnmatch_line("*plugin/fixture.py*")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("meter='psss'", "*No meter named 'psss'. Known: *"),
        ("repeats=0", "*repeats=0: at least 1 is needed.*"),
        ("timeout=0", "*timeout=0: more than 0 seconds are needed.*"),
        ("memory_limit='64'", "*'64' is not a size.*"),
    ],
)
def test_a_setting_that_cannot_be_is_one_error(pytester: pytest.Pytester, run: Run, settings: str, said: str) -> None:
    pytester.makepyfile(f"def test_settings(peak_memory):\n    peak_memory.using({settings})")
    done = run()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines([f"E * membench.harness.errors.UsageError: {said}"])


def test_other_meters_read_it_with_its_call_sites(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop

        @pytest.mark.parametrize("meter", ["tracemalloc", "memray"])
        def test_hold(peak_memory, meter):
            reading = peak_memory.using(meter=meter)(shop.hold, 32)
            assert reading.peak_bytes == pytest.approx(32 * shop.MIB, abs=shop.MIB)
            assert reading.call_sites[0].function == "hold"
        """
    )
    run().assert_outcomes(passed=2)


def test_the_process_has_the_working_folder_and_the_variables_that_it_was_given(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makepyfile(
        """
        import os, pytest, shop

        def test_variables(peak_memory, monkeypatch):
            monkeypatch.setenv("SECRET", "1")
            with pytest.raises(Exception) as caught:
                peak_memory.using(environment={"SHOP": "corner"})(shop.tell, orders=[1, 2])
            said = str(caught.value)
            assert "'orders': [1, 2]" in said
            assert "'SHOP'" in said
            assert "SECRET" not in said
            assert os.getcwd() in said
        """
    )
    run().assert_outcomes(passed=1)


def test_a_project_with_packages_named_like_those_of_membench_gets_its_own(pytester: pytest.Pytester, run: Run) -> None:
    for name in ("pipelines", "scenarios", "reports"):
        pytester.mkpydir(name).joinpath("orders.py").write_text(
            "def load(mib):\n    return len(bytearray(mib << 20))\n"
        )
    pytester.makepyfile(
        """
        import pytest, sys
        import pipelines.orders, reports.orders, scenarios.orders

        @pytest.mark.parametrize("module", [pipelines.orders, reports.orders, scenarios.orders])
        def test_load(peak_memory, module):
            assert peak_memory(module.load, 32).peak_bytes > 32 << 20

        @pytest.mark.memory_budget("8 MiB")
        def test_over():
            pipelines.orders.load(32)

        def test_ours_are_nowhere():
            assert not hasattr(pipelines, "variant")
            assert "membench.pipelines.variant" not in sys.modules
        """
    )
    done = run("--membench-json", "peaks.json")
    done.assert_outcomes(passed=4, failed=1)
    done.stdout.fnmatch_lines(["*32.00 MiB  pipelines/orders.py:2  load"])


UNEVEN = """
    import os

    FOLDER = os.path.dirname(__file__)

    def work():
        with open(os.path.join(FOLDER, "calls"), "a+") as calls:
            calls.seek(0)
            number = len(calls.read())
            calls.write("x")
        with open(os.path.join(FOLDER, "large")) as large:
            mib = 48 if str(number) in large.read().split() else 4
        return len(bytearray(mib * 1024 * 1024))
"""


@pytest.fixture
def with_large(pytester: pytest.Pytester, run: Run) -> Callable[..., pytest.RunResult]:
    """Run a test of three repeats, of which those that are named need 44 MiB more."""
    pytester.makepyfile(
        uneven=UNEVEN,
        test_uneven="""
        import uneven

        def test_uneven(peak_memory):
            reading = peak_memory.using(repeats=3)(uneven.work)
            assert reading.peak_bytes < 40 * 1024 * 1024
        """,
    )

    def run_with(large: str, *options: str) -> pytest.RunResult:
        (pytester.path / "large").write_text(large)
        (pytester.path / "calls").write_text("")
        return run("--membench-baseline", "baseline.json", *options)

    return run_with


def test_repeats_are_judged_together_so_that_one_outlier_fails_nothing(
    with_large: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    with_large("", "--membench-update").assert_outcomes(passed=1)
    done = with_large("1", "--membench-json", "peaks.json")
    done.assert_outcomes(passed=1)
    done.stdout.no_fnmatch_line("*grew*")
    (measured,) = read_results(pytester.path / "peaks.json").samples
    low, middle, high = sorted(measured.peak_bytes)
    assert middle - low < MIB  # the outlier was there, and is in the document
    assert high - middle > 40 * MIB


def test_repeats_of_which_most_have_grown_fail_the_test(with_large: Callable[..., pytest.RunResult]) -> None:
    with_large("", "--membench-update").assert_outcomes(passed=1)
    done = with_large("0 2")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["memory grew: the middle peak of 3 repeats, *MiB lies +4?.* MiB above the baseline's *"])
