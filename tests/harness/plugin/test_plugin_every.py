"""`pytest --membench`: every test measured in the process that runs it."""

import csv
from collections.abc import Callable

import pytest

from membench.harness.store.results import read_results

Run = Callable[..., pytest.RunResult]
MIB = 1024 * 1024

WEIGHED = """
    import gc, pytest, shop

    def test_some():
        shop.hold(24)

    def test_little(): ...

    @pytest.fixture(scope="session")
    def heavy():
        return bytearray(100 * shop.MIB)

    @pytest.fixture
    def light():
        return bytearray(12 * shop.MIB)

    def test_with_what_is_heavy(heavy, light):
        shop.hold(8)

    def test_keeps():
        shop.keep(16)

    def test_leaves_a_cycle():
        cycle = [bytearray(20 * shop.MIB)]
        cycle.append(cycle)

    def test_most():
        shop.hold(48)

    def test_asks_later(request):
        request.getfixturevalue("light")
        shop.hold(4)

    def test_fails():
        shop.hold(10)
        assert not "as it should"

    def test_is_skipped():
        pytest.skip("not today")
"""


def _table(path: object) -> dict[str, dict[str, str]]:
    with open(str(path), encoding="utf-8", newline="") as file:
        return {line["name"] or line["worker"]: line for line in csv.DictReader(file)}


def _mib(text: str) -> float:
    return int(text) / MIB


@pytest.mark.parametrize(
    "workers", [(), ("-n2", "--dist=load"), ("-n2", "--dist=worksteal"), ("-n1", "--dist=loadgroup")]
)
def test_each_test_and_each_fixture_has_its_own_memory(
    pytester: pytest.Pytester, run: Run, workers: tuple[str, ...]
) -> None:
    pytester.makepyfile(test_weighed=WEIGHED)
    beside = ("xdist",) if workers else ()
    done = run("--membench", "--membench-csv", "peaks.csv", *workers, beside=beside)
    done.assert_outcomes(passed=7, failed=1, skipped=1)
    table = _table(pytester.path / "peaks.csv")
    near = {"abs": 1}
    assert _mib(table["test_most"]["peak_bytes"]) == pytest.approx(48, **near)
    assert _mib(table["test_some"]["peak_bytes"]) == pytest.approx(24, **near)
    assert _mib(table["test_with_what_is_heavy"]["peak_bytes"]) == pytest.approx(8, **near)
    assert _mib(table["test_with_what_is_heavy"]["retained_bytes"]) == pytest.approx(0, **near)
    assert _mib(table["test_asks_later"]["peak_bytes"]) == pytest.approx(4, **near)
    assert _mib(table["test_fails"]["peak_bytes"]) == pytest.approx(10, **near)
    assert table["test_is_skipped"]["outcome"] == "skipped"
    assert _mib(table["test_keeps"]["retained_bytes"]) == pytest.approx(16, **near)
    assert _mib(table["test_leaves_a_cycle"]["retained_bytes"]) == pytest.approx(0, **near)
    assert _mib(table["heavy"]["retained_bytes"]) == pytest.approx(100, **near)
    assert _mib(table["heavy"]["held_bytes"]) == pytest.approx(0, **near)
    assert _mib(table["light"]["retained_bytes"]) == pytest.approx(12, **near)
    done.stdout.fnmatch_lines(
        [
            "*= peak memory =*",
            "the 9 highest peaks of 9 tests*",
            "*4?.* MiB * test_weighed.py::test_most*",
            "*2?.* MiB * test_weighed.py::test_some*",
            "the 1 that left most in their process*",
            "*1?.* MiB * test_weighed.py::test_keeps*",
            "by file, 1 of 1:",
            "by fixture*",
            "* MiB * session  heavy  (test_weighed.py)",
            "by process*",
        ]
    )


def test_the_document_has_a_sample_for_each_test_for_what_it_left_and_for_each_fixture(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makepyfile(test_weighed=WEIGHED)
    run("--membench", "--membench-json", "peaks.json", "--junit-xml", "junit.xml", "--membench-top", "0")
    samples = {
        (sample.key.variant, sample.key.meter): sample for sample in read_results(pytester.path / "peaks.json").samples
    }
    assert samples["test_some", "peak_rss"].peak_bytes[0] == pytest.approx(24 * MIB, abs=MIB)
    assert samples["test_keeps", "retained_rss"].peak_bytes[0] == pytest.approx(16 * MIB, abs=MIB)
    assert samples["fixture heavy (session)", "retained_rss"].peak_bytes[0] == pytest.approx(100 * MIB, abs=MIB)
    assert samples["test_fails", "peak_rss"].failed
    assert ("test_is_skipped", "peak_rss") not in samples
    junit = (pytester.path / "junit.xml").read_text(encoding="utf-8")
    assert junit.count('name="membench_peak_bytes"') == 9
    assert 'name="membench_retained_bytes:test_weighed.py::test_keeps"' not in junit, "the tables have no lines"


def test_a_marked_and_an_isolated_test_have_the_figures_of_their_markers(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest, shop

        @pytest.mark.memory_budget("64 MiB")
        def test_here():
            shop.hold(16)

        @pytest.mark.memory_budget("64 MiB", isolated=True)
        def test_apart():
            shop.hold(32)
        """
    )
    done = run("--membench", "--membench-csv", "peaks.csv")
    done.assert_outcomes(passed=2)
    table = _table(pytester.path / "peaks.csv")
    assert _mib(table["test_here"]["peak_bytes"]) == pytest.approx(16, abs=2)
    assert _mib(table["test_apart"]["peak_bytes"]) == pytest.approx(32, abs=2)


def test_what_is_no_plain_function_is_measured_too(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_kinds="""
        import unittest, shop

        class TestOld(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                cls.data = bytearray(32 * shop.MIB)

            @classmethod
            def tearDownClass(cls):
                del cls.data

            def test_method(self):
                shop.hold(16)

            def test_parts(self):
                for mib in (4, 8):
                    with self.subTest(mib=mib):
                        shop.hold(mib)

        def documented():
            '''
            >>> import shop
            >>> shop.hold(12)
            12582912
            '''

        class TestNew:
            def setup_method(self):
                self.data = bytearray(8 * shop.MIB)

            def test_new(self):
                shop.hold(20)
        """
    )
    done = run("--membench", "--membench-csv", "peaks.csv", "--doctest-modules")
    assert done.ret == 0
    table = _table(pytester.path / "peaks.csv")
    peaks = {name: round(_mib(line["peak_bytes"])) for name, line in table.items() if line["kind"] == "test"}
    assert peaks == {
        "TestOld::test_method": pytest.approx(16, abs=1),
        "TestOld::test_parts": pytest.approx(8, abs=1),
        "test_kinds.documented": pytest.approx(12, abs=1),
        "TestNew::test_new": pytest.approx(20, abs=1),
    }
    assert _mib(table["setUpClass"]["retained_bytes"]) == pytest.approx(32, abs=1)
    assert _mib(table["setup_method"]["retained_bytes"]) == pytest.approx(8, abs=1)


def test_a_wrong_number_of_lines_is_refused(run: Run) -> None:
    done = run("--membench", "--membench-top", "-1")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*membench: --membench-top is -1. Give 0 or more.*"])
