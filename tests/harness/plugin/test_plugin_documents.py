"""What the plugin writes and reads: `--membench-json`, `--membench-baseline` and `--membench-update`."""

import json
from collections.abc import Callable

import pytest

from membench.harness.store.results import read_results

Run = Callable[..., pytest.RunResult]
UPDATE = ("--membench-baseline", "baseline.json", "--membench-update")
COMPARE = ("--membench-baseline", "baseline.json")


def write_tests(pytester: pytest.Pytester, mib: int, budget: str = "") -> None:
    pytester.makepyfile(
        test_shop=f"""
        import pytest, shop

        @pytest.mark.memory_budget({budget})
        def test_hold():
            shop.hold({mib})

        def test_function(peak_memory):
            peak_memory("shop:hold", 4)
        """
    )


def test_what_has_not_grown_passes(pytester: pytest.Pytester, run: Run) -> None:
    write_tests(pytester, 16)
    done = run(*UPDATE)
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["wrote 2 of this session to the baseline *baseline.json"])
    write_tests(pytester, 16)
    done = run(*COMPARE)
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["*test_shop.py::test_hold*ok"])
    done.stdout.no_fnmatch_line("*baseline*")


def test_what_has_grown_fails_like_any_test_with_its_call_sites(pytester: pytest.Pytester, run: Run) -> None:
    write_tests(pytester, 16)
    run(*UPDATE)
    write_tests(pytester, 32)
    done = run(*COMPARE)
    done.assert_outcomes(passed=1, failed=1)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(
        [
            "memory: the peak of 3* MiB lies +1* MiB above the baseline's 1* MiB (let pass: 5 % and 1.00 MiB)",
            "*32.00 MiB  shop.py:5  hold",
            "*test_shop.py::test_hold * grew",
        ]
    )


def test_a_function_that_has_grown_fails_its_test(pytester: pytest.Pytester, run: Run) -> None:
    write_tests(pytester, 16)
    run(*UPDATE)
    document = json.loads((pytester.path / "baseline.json").read_text())
    for sample in document["samples"]:
        sample["peak_bytes"] = [peak // 2 for peak in sample["peak_bytes"]]
    (pytester.path / "baseline.json").write_text(json.dumps(document))
    done = run(*COMPARE, "-k", "function")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["memory grew: the peak of * lies *", "*test_function: shop:hold(4)*grew"])


@pytest.mark.slow
def test_growth_within_either_threshold_is_let_pass(pytester: pytest.Pytester, run: Run) -> None:
    write_tests(pytester, 16)
    run(*UPDATE)
    write_tests(pytester, 24)
    run(*COMPARE, "-o", "membench_relative=60 %").assert_outcomes(passed=2)
    run(*COMPARE, "-o", "membench_absolute=10 MiB").assert_outcomes(passed=2)
    run(*COMPARE, "-o", "membench_relative=30%").assert_outcomes(passed=1, failed=1)


def test_an_update_keeps_what_was_not_measured_and_what_failed(pytester: pytest.Pytester, run: Run) -> None:
    write_tests(pytester, 16)
    run(*UPDATE)
    before = {sample.key: sample for sample in read_results(pytester.path / "baseline.json").samples}
    write_tests(pytester, 32)
    run(*UPDATE, "-k", "hold").assert_outcomes(passed=1, deselected=1)
    after = {sample.key: sample for sample in read_results(pytester.path / "baseline.json").samples}
    hold, function = sorted(before, key=lambda key: key[1] != "test_hold")
    assert after[hold].peak_bytes[0] > before[hold].peak_bytes[0]
    assert after[function] == before[function]


def test_what_could_not_be_compared_is_said(pytester: pytest.Pytester, run: Run) -> None:
    write_tests(pytester, 16)
    run(*UPDATE, "-k", "hold")
    done = run(*COMPARE, "-k", "function")
    done.assert_outcomes(passed=1, deselected=1)
    done.stdout.fnmatch_lines(
        [
            "1 not in the baseline baseline.json: --membench-update takes them in",
            "1 of the baseline not measured now, such as test_shop.py::test_hold",
        ]
    )


@pytest.mark.slow
def test_workers_compare_and_the_controller_writes(pytester: pytest.Pytester, run: Run) -> None:
    write_tests(pytester, 16)
    run(*UPDATE, "-n2", beside=("xdist",)).assert_outcomes(passed=2)
    assert len(read_results(pytester.path / "baseline.json").samples) == 2
    write_tests(pytester, 32)
    done = run(*COMPARE, "-n2", "--membench-json", "peaks.json", beside=("xdist",))
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*lies +1* MiB above the baseline's*", "*= peak memory =*"])
    assert len(read_results(pytester.path / "peaks.json").samples) == 2


def test_a_session_that_measures_nothing_still_writes_a_document(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_plain(): ...")
    run("--membench-json", "new/peaks.json").assert_outcomes(passed=1)
    assert read_results(pytester.path / "new" / "peaks.json").samples == ()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (COMPARE, "*membench: Cannot read *baseline.json: No such file or directory.*"),
        (
            ("--membench-update",),
            "*membench: --membench-update writes a baseline or budgets. Name it with --membench-baseline*",
        ),
        (("--membench-baseline", "shop.py"), "*membench: *shop.py is not JSON*"),
        (("--membench-json", "."), "*membench: Cannot write to *: it is a folder. Name a file.*"),
        (("--membench-baseline", "shop.py", "--membench-update"), "*membench: *shop.py is not JSON*"),
        (("--membench-json", "shop.py/peaks.json"), "*membench: Cannot write to *shop.py: *"),
        ((*COMPARE, "-o", "membench_relative=5"), "*membench: membench_relative is '5', which is no share.*"),
        ((*COMPARE, "-o", "membench_absolute=5"), "*membench: membench_absolute: '5' is not a size.*"),
    ],
)
def test_an_option_that_cannot_be_is_one_error_before_any_test_runs(
    pytester: pytest.Pytester, run: Run, args: tuple[str, ...], said: str
) -> None:
    write_tests(pytester, 1)
    done = run(*args)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([said])
    done.stdout.no_fnmatch_line("*collected*")
    done.stderr.no_fnmatch_line("*Traceback*")
