"""A process that runs tests and is killed at its memory limit: who was running, and what it had inherited."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from membench.harness.kernel.cgroups import CgroupUnavailableError, group
from membench.harness.plugin.deaths.post_mortem import Death, story
from membench.harness.plugin.deaths.recorder import Recorder, read

Run = Callable[..., pytest.RunResult]
MIB = 1024 * 1024

GREEDY = """
    import pytest, shop

    @pytest.fixture(scope="session")
    def heavy():
        return bytearray(16 * shop.MIB)

    @pytest.mark.parametrize("number", range(20))
    def test_plain(number): ...

    def test_keeps():
        shop.keep(12)

    def test_asks(heavy): ...

    @pytest.mark.parametrize("how", ["at once (all)"])
    def test_greedy(how):
        shop.hold(400)

    @pytest.mark.parametrize("number", range(20))
    def test_after(number): ...
"""


@pytest.fixture(autouse=True)
def _needs_a_group() -> Iterator[None]:
    try:
        with group():
            yield
    except CgroupUnavailableError as error:
        pytest.skip(str(error))


def test_the_test_that_ran_in_a_worker_that_was_killed_is_named(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_greedy=GREEDY)
    done = run("--membench-limit", "160 MiB", "--membench-json", "peaks.json", "--membench", "-n1", beside=("xdist",))
    done.assert_outcomes(passed=42, failed=1)
    done.stdout.fnmatch_lines(
        [
            "memory: worker gw0 was killed by the kernel at its limit of 160.00 MiB * while it ran *::test_greedy*",
            "  its peak so far: 1[56]?.?? MiB, * of it since the test began",
            "  resident when the test began: *; earlier tests had left 1[12].* MiB of it, * held 1[56].* MiB",
            "     1[12].* MiB  left by test_greedy.py::test_keeps",
        ]
    )
    document = json.loads((pytester.path / "peaks.json").read_text(encoding="utf-8"))
    killed = [sample for sample in document["samples"] if sample["variant"] == "test_greedy[at once (all)]"]
    assert {sample["outcomes"][0] for sample in killed} == {"out-of-memory"}


def test_a_pytest_that_runs_alone_and_is_killed_leaves_its_story(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_greedy=GREEDY)
    done = run("--membench-limit", "160 MiB")
    assert done.ret == -9
    done.stderr.fnmatch_lines(["memory: pytest was killed by the kernel at its limit of 160.00 MiB*::test_greedy*"])


def test_a_limit_that_is_not_reached_changes_nothing(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_plain(): ...")
    done = run("--membench-limit", "1 GiB")
    done.assert_outcomes(passed=1)
    assert "memory" not in done.stderr.str()


def test_where_no_group_can_be_made_the_summary_says_that_no_limit_held(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(
        """
        from pathlib import Path
        from membench.harness.kernel import cgroups

        cgroups.V1_ROOT, cgroups.V2_ROOTS = Path("/nowhere"), ()
        """
    )
    pytester.makepyfile("def test_plain(): ...")
    done = run("--membench-limit", "1 GiB")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["--membench-limit: no limit held. A memory cgroup is needed and cannot be made here*"])


def test_what_was_noted_last_is_read_from_outside(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "record")
    recorder.left(3 * MIB, "test_a.py::test_first")
    recorder.left(9 * MIB, "test_a.py::test_second")
    recorder.note("test_a.py::test_third", 50 * MIB, 2 * MIB)
    record = read(tmp_path / "record")
    assert record is not None
    assert (record.doing, record.left_bytes) == ("test_a.py::test_third", 12 * MIB)
    assert record.leavers[0] == (9 * MIB, "test_a.py::test_second")
    told = story("worker gw3", record, Death(None, 0, 80 * MIB, polled=True))
    assert "the kernel counts no kill for want of memory" in told
    assert "at least 80.00 MiB, at least 30.00 MiB of it since the test began" in told


def test_a_fixture_under_way_is_noted_beside_the_test(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "record")
    recorder.note("test_a.py::test_it[a (b)]", 0, 0, fixture="rows")
    record = read(tmp_path / "record")
    assert record is not None
    assert (record.test, record.fixture) == ("test_a.py::test_it[a (b)]", "rows")
    assert "while it ran test_a.py::test_it[a (b)] (setup of the fixture rows)" in story(
        "pytest", record, Death(None, 0, None, polled=True)
    )


def test_a_record_that_is_torn_is_none(tmp_path: Path) -> None:
    (tmp_path / "record").write_bytes((20).to_bytes(8, "little") + b'[1, "half')
    assert read(tmp_path / "record") is None
    assert read(tmp_path / "missing") is None
