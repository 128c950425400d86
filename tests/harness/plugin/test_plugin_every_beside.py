"""`pytest --membench` beside the plugins that test suites use: same outcomes, same figures."""

import csv
from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]
MIB = 1024 * 1024

TESTS = """
    import pytest, shop

    def test_large():
        shop.hold(24)

    def test_small():
        shop.hold(4)
"""
ASYNC = """
    import pytest, shop

    @pytest.mark.{mark}
    async def test_large():
        shop.hold(24)

    @pytest.mark.{mark}
    async def test_small():
        shop.hold(4)
"""
LOOP = "asyncio_default_fixture_loop_scope=function"
FLAKY = """
    import shop
    RUNS = []

    def test_large():
        shop.hold(24)
        RUNS.append(1)
        assert len(RUNS) == 2

    def test_small():
        shop.hold(4)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "plugin", "options", "source"),
    [
        ("pytest_randomly", "randomly", ("-p", "randomly", "-p", "no:xdist"), TESTS),
        ("pytest_rerunfailures", "rerunfailures", ("--reruns", "1"), FLAKY),
        ("pytest_timeout", "timeout", ("--timeout", "60"), TESTS),
        ("pytest_cov", "pytest_cov", ("--cov=shop",), TESTS),
        (
            "pytest_asyncio",
            "asyncio",
            ("-o", "asyncio_default_fixture_loop_scope=function"),
            ASYNC.format(mark="asyncio"),
        ),
        ("anyio", "anyio", (), ASYNC.format(mark="anyio")),
    ],
)
def test_a_test_has_its_own_peak(
    pytester: pytest.Pytester, run: Run, module: str, plugin: str, options: tuple[str, ...], source: str
) -> None:
    pytest.importorskip(module)
    if plugin == "anyio":
        pytester.makeconftest("import pytest\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'")
    pytester.makepyfile(test_shop=source)
    pytester.makeini("[pytest]")
    names = {"randomly": "pytest_randomly", "rerunfailures": "pytest_rerunfailures", "timeout": "pytest_timeout"}
    options = tuple(names.get(option, option) for option in options)
    beside = names.get(plugin, plugin)
    done = run("--membench", "--membench-csv", "peaks.csv", *options, beside=(beside,))
    assert done.ret == 0
    with (pytester.path / "peaks.csv").open(encoding="utf-8", newline="") as file:
        peaks = {line["name"]: int(line["peak_bytes"]) / MIB for line in csv.DictReader(file) if line["kind"] == "test"}
    assert peaks["test_large"] == pytest.approx(24, abs=1.5)
    assert peaks["test_small"] == pytest.approx(4, abs=1.5)


def test_an_isolated_test_of_a_repeated_session_is_found(pytester: pytest.Pytester, run: Run) -> None:
    pytest.importorskip("pytest_repeat")
    pytester.makeini("[pytest]")
    pytester.makepyfile(
        """
        import pytest, shop

        @pytest.mark.memory_budget("64 MiB", isolated=True)
        def test_apart():
            shop.hold(16)
        """
    )
    done = run("--count", "2", beside=("pytest_repeat",))
    done.assert_outcomes(passed=2)


def test_an_option_that_the_inner_run_did_not_get_is_named(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        often="""
        def pytest_addoption(parser):
            parser.addoption("--often", type=int, default=1)

        def pytest_generate_tests(metafunc):
            metafunc.fixturenames.append("turn")
            metafunc.parametrize("turn", range(metafunc.config.getoption("--often")))
        """,
        test_apart="""
        import pytest

        @pytest.mark.memory_budget("64 MiB", isolated=True)
        def test_apart(): ...
        """,
    )
    done = run("--often=2", beside=("often",))
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*options of this command line that it did not get: --often=2*settings*"])
