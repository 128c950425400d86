"""The command line as a user meets it, each time in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_line import membench

from membench.harness.kernel.processes import processes_in

SMOKE = ("run", "--scenario", "smoke", "--repeats", "1")


@pytest.mark.parametrize(
    ("args", "environment", "said"),
    [
        (("run", "--scenario", "nosuch"), {}, "No scenario named 'nosuch'. Known: "),
        ((*SMOKE, "--variant", "fix-9"), {}, "No variant named 'fix-9'. Known: "),
        ((*SMOKE, "--meter", "psss"), {}, "No meter named 'psss'. Known: "),
        (("run", "--repeats", "0"), {}, "--repeats"),
        (("run", "--repeats", "two"), {}, "--repeats"),
        (("run", "--jobs", "0"), {}, "--jobs"),
        (("run", "--timeout", "0"), {}, "--timeout"),
        (("run", "--timeout", "nan"), {}, "'nan' is not a number of seconds"),
        (("measure", "--timeout", "nan", "--", "true"), {}, "'nan' is not a number of seconds"),
        (("run", "--resume"), {}, "--out"),
        ((*SMOKE, "--expect", "all"), {}, "VARIANT=OUTCOME"),
        ((*SMOKE, "--expect", "fix-1+2=ok"), {}, "not among the variants"),
        (SMOKE, {"PARALLEL_TEAMS_CONCURRENCY": "two"}, "PARALLEL_TEAMS_CONCURRENCY='two'"),
        (("nosuch",), {}, "nosuch"),
        (("run", "--nosuch"), {}, "--nosuch"),
        (("compare", "none.json", "none.json"), {}, "Cannot read none.json"),
        (("report", "none.json"), {}, "Cannot read none.json"),
        (("report", "none.json", "--format", "nosuch"), {}, "No format named 'nosuch'. Known: "),
    ],
)
def test_wrong_use_ends_with_2_and_at_most_two_lines_and_nothing_written(
    tmp_path: Path, args: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    out = ("--out", "out") if args[0] == "run" and "--resume" not in args else ()
    done = membench(*args, *out, cwd=tmp_path, **environment)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") <= 2
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_found_out_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = membench(*SMOKE, "--out", str(tmp_path / "file" / "out"))
    assert done.returncode == 2
    assert "Cannot write to" in done.stderr
    assert "Not a directory" in done.stderr


def test_json_is_alone_on_standard_output() -> None:
    done = membench(*SMOKE, "--variant", "baseline", "--variant", "all", "--format", "json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert document["format"] == "membench-results"
    assert [sample["variant"] for sample in document["samples"]] == ["baseline", "all"]
    assert all(sample["outcomes"] == ["ok"] for sample in document["samples"])
    assert len({sample["digest"] for sample in document["samples"]}) == 1
    assert done.stderr == ""


def test_a_variant_that_loses_data_ends_with_3_and_the_others_are_reported() -> None:
    done = membench(*SMOKE, "--variant", "baseline", "--variant", "fix-2-as-written", "--format", "json")
    assert done.returncode == 3
    outcomes = {sample["variant"]: sample["outcomes"] for sample in json.loads(done.stdout)["samples"]}
    assert outcomes == {"baseline": ["ok"], "fix-2-as-written": ["wrong-output"]}


def test_an_outcome_that_was_expected_is_no_failure_and_its_absence_is_one() -> None:
    lossy = (*SMOKE, "--variant", "fix-2-as-written", "--expect", "fix-2-as-written=wrong-output")
    assert membench(*lossy).returncode == 0
    sound = (*SMOKE, "--variant", "all", "--expect", "all=wrong-output")
    assert membench(*sound).returncode == 3


def test_a_trial_that_fails_leaves_the_results_of_the_others(tmp_path: Path) -> None:
    done = membench(*SMOKE, "--variant", "all", "--timeout", "0.001", "--out", str(tmp_path))
    assert done.returncode == 3
    assert json.loads((tmp_path / "results.json").read_text())["samples"][0]["outcomes"] == ["timed-out"]
    assert "timed-out" in done.stdout.replace("timed out", "timed-out")


@pytest.mark.slow
def test_out_receives_results_report_and_charts_and_compare_and_report_read_them(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    variants = ("--variant", "sequential", "--variant", "baseline", "--variant", "all")
    assert membench(*SMOKE, *variants, "--out", str(first)).returncode == 0
    assert {path.name for path in first.iterdir()} == {
        "results.json",
        "readings.jsonl",
        "report.md",
        "report.html",
        "charts",
    }
    assert {"peaks-smoke.png", "peaks-smoke.svg"} <= {path.name for path in (first / "charts").iterdir()}

    shown = membench("compare", str(first / "results.json"), str(first / "results.json"))
    assert shown.returncode == 0
    assert shown.stdout.count("0 B") >= 3
    compared = membench("compare", str(first / "results.json"), str(first / "results.json"), "--format", "json")
    assert [row["shift_bytes"] for row in json.loads(compared.stdout)["rows"]] == [0, 0, 0]

    assert membench("report", str(first / "results.json"), "--out", str(second)).returncode == 0
    assert (second / "report.md").read_bytes() == (first / "report.md").read_bytes()
    assert "smoke" in membench("report", str(first / "results.json"), "--format", "markdown").stdout


@pytest.mark.slow
def test_a_run_that_was_stopped_is_taken_up_where_it_was(tmp_path: Path) -> None:
    arguments = (*SMOKE, "--variant", "baseline", "--variant", "all", "--out", str(tmp_path))
    assert membench(*arguments).returncode == 0
    readings = tmp_path / "readings.jsonl"
    lines = readings.read_text().splitlines(keepends=True)
    marked = lines[1].replace('"wall_seconds": 0.', '"wall_seconds": 77.')
    readings.write_text(lines[0] + marked)
    assert membench(*arguments, "--resume").returncode == 0
    samples = json.loads((tmp_path / "results.json").read_text())["samples"]
    assert samples[0]["wall_seconds"][0] >= 77, "the kept reading was used and not measured again"
    assert samples[1]["wall_seconds"][0] < 77
    assert len(readings.read_text().splitlines()) == 3


@contextmanager
def long_run(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a run that would take minutes, with all of its files in a folder, and wait for its first trials."""
    command = ["run", "--scenario", "league", "--repeats", "200", "--out", str(folder)]
    readings = folder / "readings.jsonl"
    with subprocess.Popen(
        [sys.executable, "-m", "membench", *command],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(folder)},
        start_new_session=True,
    ) as running:
        deadline = time.monotonic() + 60
        while not (readings.exists() and readings.read_text().count("\n") > 2) and time.monotonic() < deadline:
            time.sleep(0.05)  # polls a file that another process writes
        try:
            yield running
        finally:
            running.kill()  # one that a failed test has left would be waited for


def workers_in(folder: Path) -> set[int]:
    return processes_in(folder) - {os.getpid()}


def test_ctrl_c_ends_with_130_keeps_what_was_measured_and_leaves_no_process(tmp_path: Path) -> None:
    with long_run(tmp_path) as running:
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=30)[1]
    assert running.returncode == 130
    assert said.strip() == "membench: interrupted"
    assert (tmp_path / "readings.jsonl").read_text().count("\n") > 2
    assert not list(tmp_path.glob("membench-*")), "scratch folders are removed"
    assert workers_in(tmp_path) == set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_terminal_ends_as_ctrl_c_does(tmp_path: Path, number: int) -> None:
    with long_run(tmp_path) as running:
        running.send_signal(number)
        running.communicate(timeout=30)
    assert running.returncode == 130
    assert not list(tmp_path.glob("membench-*")), "scratch folders are removed"
    assert workers_in(tmp_path) == set()


def test_an_impatient_second_ctrl_c_does_not_cut_the_cleaning_short(tmp_path: Path) -> None:
    with long_run(tmp_path) as running:
        running.send_signal(signal.SIGINT)
        time.sleep(0.01)  # the first one is on its way
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=30)[1]
    assert running.returncode == 130
    assert said.strip() == "membench: interrupted"
    assert not list(tmp_path.glob("membench-*")), "scratch folders are removed"
    assert workers_in(tmp_path) == set()


def test_ctrl_c_while_modules_are_loaded_ends_without_a_word() -> None:
    # The handler is set before anything is loaded; what Python itself does before that is not ours.
    code = (
        "import os, signal, sys; from membench.harness.commands import entry;"
        "sys.meta_path.insert(0, type('F', (), {'find_spec': staticmethod("
        "lambda *_: os.kill(os.getpid(), signal.SIGINT))})); entry.run_and_exit()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_without_a_verb_the_help_is_shown() -> None:
    done = membench()
    assert done.returncode == 0
    assert done.stdout == membench("--help").stdout
    assert "membench measure -- python report.py" in done.stdout


def test_after_kill_9_the_next_run_clears_up(tmp_path: Path) -> None:
    with long_run(tmp_path) as running:
        running.kill()
    (left,) = tmp_path.glob("membench-run-*")
    assert membench("run", "--scenario", "empty", "--variant", "all", TMPDIR=str(tmp_path)).returncode == 0
    assert not left.exists()
    assert workers_in(tmp_path) == set()


def test_list_shows_everything_by_name() -> None:
    found = json.loads(membench("list", "--format", "json").stdout)
    assert {"smoke", "league", "league-large", "skewed", "flaky", "incident"} <= set(found["scenarios"])
    assert {"sequential", "baseline", "fix-1", "all", "all-as-written"} <= set(found["variants"])
    assert "peak_rss" in found["meters"]
    assert "peaks" in found["charts"]
    assert "markdown" in found["formats"]
    assert "peak_rss" in membench("list", "meters").stdout


def test_help_loads_nothing_that_it_does_not_need() -> None:
    code = (
        "import sys; from membench.harness.commands.command_line import main; code = main(['--help']);"
        "heavy = {'matplotlib', 'scipy', 'numpy', 'jsonschema', 'rich', 'jinja2', 'pipelines', 'asyncio'};"
        "print(sorted(heavy & set(sys.modules)), code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[] 0\n")
    assert "Exit codes" in done.stdout


def test_any_verb_can_be_followed_by_any_other_in_one_process() -> None:
    # A verb's module becomes an attribute of its package: `list` once hid the built-in from the code there.
    code = (
        "from membench.harness.commands.command_line import VERBS, main;"
        "print({main([verb, '--help']) for _ in range(2) for verb in VERBS})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("{0}\n")


def _shell(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `membench` is this one; a pipe ends with what its first failing part did."""
    membench_here = f'set -o pipefail; membench() {{ {sys.executable} -m membench "$@"; }}; '
    environment = os.environ | {"COLUMNS": "120", "NO_COLOR": "1"}
    return subprocess.run(
        ["bash", "-c", membench_here + line], capture_output=True, text=True, cwd=cwd, env=environment, check=False
    )


def test_output_that_is_read_only_in_part_is_no_error(tmp_path: Path) -> None:
    for line in ("membench list | true", "membench list --format json | true", "membench measure -- true 2>&1 | true"):
        done = _shell(line, tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), line


def test_a_verdict_that_nobody_reads_keeps_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.membench.workloads.over]\ncommand = "true"\nbudget = "1 KiB"\n', encoding="utf-8"
    )
    done = _shell("membench run --repeats 1 | true", tmp_path)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("line", "stdout"),
    [
        ("membench measure --repeats 2 -- cat <&-", ""),
        ("membench measure -- echo hi >&-", ""),
        ("membench measure -- echo hi 2>&-", "hi\n"),
        ("membench measure --format json -- echo hi <&- >&- 2>&-", ""),
        ("membench list >&-", ""),
    ],
)
def test_a_closed_stream_is_one_that_says_nothing(tmp_path: Path, line: str, stdout: str) -> None:
    done = _shell(line, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", ["list", "list --format json", "list workloads", "export results.json --to csv"])
def test_output_that_has_no_place_is_one_error(tmp_path: Path, verb: str) -> None:
    assert _shell("membench measure --format json -- true > results.json", tmp_path).returncode == 0
    done = _shell(f"membench {verb} > /dev/full", tmp_path)
    assert done.returncode == 2
    assert done.stderr == "membench: The system refused what is needed here: No space left on device.\n"


def test_errors_that_have_no_place_change_no_exit_code(tmp_path: Path) -> None:
    assert _shell("membench list nosuch 2> /dev/full", tmp_path).returncode == 2
    assert _shell("membench measure -- sh -c 'echo lost >&2; exit 7' 2> /dev/full", tmp_path).returncode == 3


@pytest.mark.parametrize("arguments", ["run --scenario smoke", "gate --against HEAD", "run --asv ."])
def test_a_folder_that_is_gone_is_one_error(tmp_path: Path, arguments: str) -> None:
    done = _shell(f"mkdir gone; cd gone; rmdir ../gone; membench {arguments} --repeats 1", tmp_path)
    assert done.returncode == 2
    assert done.stderr == "membench: The folder that this runs in is gone. Change to one that is there.\n"
