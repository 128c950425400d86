"""The marker `memory_leak`: a test is called again and again, and fails where each call leaves something behind."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


def test_a_test_that_leaves_something_behind_fails_with_the_growth_and_the_line(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makepyfile(
        """
        import pytest
        KEPT = []

        @pytest.fixture
        def size():
            return 59

        @pytest.mark.memory_leak
        def test_keeps(size):
            KEPT.append(bytes(size))
        """
    )
    done = run()
    done.assert_outcomes(failed=1)
    done.stdout.re_match_lines([r".*memory_leak: (9\d|1[01]\d)(\.\d)? B a call \(.*Python's live allocations, over"])
    done.stdout.re_match_lines([r".* B a call  test_a_test_that_leaves_something.*\.py:10"])


def test_a_bounded_cache_an_allowed_growth_and_a_skipped_marker_pass(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import functools, pytest
        KEPT, calls = [], []

        @functools.lru_cache(maxsize=128)
        def page(name):
            return bytes(2000)

        class TestShop:
            @pytest.mark.memory_leak(calls=400)
            def test_caches(self):
                page(str(page.cache_info().misses))

            @pytest.mark.memory_leak(per_call="1 KiB", calls=100)
            @pytest.mark.parametrize("size", [100])
            def test_may_keep_a_little(self, size):
                KEPT.append(bytes(size))
        """
    )
    run().assert_outcomes(passed=2)
    done = run("--membench-skip")
    done.assert_outcomes(passed=2)


def test_a_test_that_fails_in_one_of_its_calls_fails_as_ever(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        calls = []

        @pytest.mark.memory_leak
        def test_fails():
            calls.append(1)
            assert len(calls) < 7
        """
    )
    done = run()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*assert 7 < 7*"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('per_call="much"', "'much' is not a size."),
        ("calls=3", "calls=3 is no number of calls from 40 on."),
        ('"1 KiB"', "memory_leak takes its arguments by name"),
        ("call=1", "No argument of memory_leak named 'call'."),
    ],
)
def test_a_marker_that_cannot_be_read_fails_with_one_line(
    pytester: pytest.Pytester, run: Run, arguments: str, said: str
) -> None:
    pytester.makepyfile(f"import pytest\n@pytest.mark.memory_leak({arguments})\ndef test_one(): pass\n")
    done = run()
    done.assert_outcomes(failed=1)
    assert said in done.stdout.str()
