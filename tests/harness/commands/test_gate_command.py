"""The gate as a project meets it: real repositories, real trials, each time in a process of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from git_repositories import checkouts, commit, git, repository
from sample_results import results, sample

from membench.harness.commands.command_line import main
from membench.harness.model import Outcome, Results
from membench.harness.store.results import results_document, write_results_file
from membench.harness.units import parse_size

ROOT = Path(__file__).parents[3]
SMOKE = ("--scenario", "smoke", "--variant", "all")
SMALL = ("--absolute", "32 KiB", "--relative", "0.01 %", "--repeats", "2")
INJECTED = "    browser.kept = bytearray(64 * 1024)\n"
BEFORE_INJECTED = "    browser = Browser(league.site, browsing.weights)\n"

Gate = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(temporary: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "GIT_"))}
    return kept | {"NO_COLOR": "1", "COLUMNS": "200", "TMPDIR": str(temporary)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with the pipelines and the scenarios, under a name with a space."""
    made = repository(tmp_path / "a project")
    for name in ("pipelines", "scenarios"):
        shutil.copytree(ROOT / name, made / name, ignore=shutil.ignore_patterns("__pycache__"))
    commit(made, "the pipelines")
    return made


@pytest.fixture
def gate(environment: dict[str, str], temporary: Path) -> Iterator[Gate]:
    """Run the gate; whatever it does, nothing of it stays in the scratch folder."""

    def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "membench", "gate", *arguments],
            capture_output=True,
            text=True,
            cwd=folder,
            env=environment | {"PYTHONPATH": str(ROOT)} | more,
            check=False,
            timeout=240,
        )

    yield run
    assert not list(temporary.glob("membench-*"))


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode in {0, 1, 3}, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def is_one_clear_error(done: subprocess.CompletedProcess[str], said: str, code: int = 2) -> bool:
    assert said in done.stderr, done.stderr
    assert done.returncode == code
    assert done.stdout == ""
    return done.stderr.startswith("membench: ") and done.stderr.count("\n") <= 2 and len(done.stderr) < 1500


def inject(project: Path) -> int:
    """Have the head keep 64 KiB more alive; give the line."""
    path = project / "pipelines" / "process.py"
    text = path.read_text()
    assert text.count(BEFORE_INJECTED) == 1
    path.write_text(text.replace(BEFORE_INJECTED, BEFORE_INJECTED + INJECTED))
    commit(project, "keep more")
    return path.read_text().splitlines(keepends=True).index(INJECTED) + 1


def move(project: Path) -> None:
    """Move all code of the pipelines down by 200 lines that hold nothing."""
    for path in (project / "pipelines").rglob("*.py"):
        if path.name != "__init__.py":
            path.write_text("# moved\n" * 200 + path.read_text())


def test_a_commit_that_changes_no_code_passes_and_leaves_nothing(project: Path, gate: Gate) -> None:
    commit(project, "nothing")
    (project / "not committed").touch()
    done = gate(project, "--against", "HEAD~1", *SMOKE, "--repeats", "2", "--format", "json", "--out", "../out")
    assert done.returncode == 0, done.stderr
    found = document(done)
    assert found["verdict"] == "pass"
    (row,) = found["rows"]
    assert (row["shift_bytes"], row["verdict"], row["causes"]) == (0, "pass", [])
    assert row["against"] == f"HEAD~1 ({git(project, 'rev-parse', 'HEAD~1')[:12]})"
    assert found["noise_floor_bytes"] >= 4096
    assert checkouts(project) == [str(project)]
    assert git(project, "status", "--porcelain") == '?? "not committed"'
    out = project.parent / "out"
    assert {path.name for path in out.iterdir()} == {"results.json", "gate.json", "gate.md", "gate.xml"}
    assert json.loads((out / "gate.json").read_text()) == found
    assert ET.parse(out / "gate.xml").getroot()[0].attrib["tests"] == "1"


@pytest.mark.slow
def test_a_rise_of_64_kib_is_found_at_its_line_and_moved_code_is_not(project: Path, gate: Gate) -> None:
    """Both changes are in the second head, which is held to the level of the first one too."""
    move(project)
    commit(project, "only moved")
    moved = gate(project, "--against", "HEAD~1", *SMOKE, *SMALL, "--format", "json", "--out", "../moved")
    assert moved.returncode == 0, moved.stderr
    assert document(moved)["rows"][0]["causes"] == []

    line = inject(project)
    summary = project.parent / "summary.md"
    summary.write_text("before\n")
    told = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    both = ("--against", "HEAD~2", "--baseline", "../moved/results.json")
    done = gate(project, *both, *SMOKE, *SMALL, "--format", "json", **told)
    assert done.returncode == 1, done.stderr
    row, held = document(done)["rows"]
    assert (held["against"], held["verdict"]) == ("the baseline", "regression")
    assert row["verdict"] == "regression"
    assert 32 * 1024 < row["shift_low_bytes"] <= row["shift_high_bytes"] < 128 * 1024
    (cause,) = row["causes"]
    assert (cause["file"], cause["line"], cause["function"]) == ("pipelines/process.py", line, "process_league")
    assert 60 * 1024 < cause["shift_bytes"] < 70 * 1024
    assert done.stderr.startswith(f"::error file=pipelines/process.py,line={line},title=Peak memory%3A smoke/all::")
    text = summary.read_text()
    assert text.startswith("before\n## Peak memory gate: regression\n")
    assert f"pipelines/process.py:{line}" in text
    assert checkouts(project) == [str(project)]


JOBS = {
    "keeps": "def work():\n    lines = [str(number) * 9 for number in range(40_000)]\n    return len(lines)\n",
    "streams": "def work():\n    return sum(1 for number in range(40_000) if str(number) * 9)\n",
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("base", "head", "options", "path"),
    [
        ("streams", "keeps", (), "work.<listcomp>"),  # a regression
        ("keeps", "keeps", ("--keep-captures",), ""),
        ("keeps", "keeps", (), None),
    ],
)
def test_the_captures_of_both_sides_are_kept_and_explained_when_the_checkouts_are_gone(
    tmp_path: Path,
    gate: Gate,
    environment: dict[str, str],
    base: str,
    head: str,
    options: tuple[str, ...],
    path: str | None,
) -> None:
    made = repository(tmp_path / "shop")
    (made / "pyproject.toml").write_text('[tool.membench.workloads.work]\ncall = "jobs:work"\n')
    (made / "jobs.py").write_text(JOBS[base])
    commit(made, "a job")
    (made / "jobs.py").write_text(f"# moved\n{JOBS[head]}")
    done = gate(made, "--against", "HEAD", "--out", "out", *options)
    assert done.returncode == (base != head), done.stderr
    if path is None:
        assert not (made / "out" / "captures").exists()
        return
    (made / "jobs.py").unlink()
    folders = [f"out/captures/{side}" for side in ("base", "head")]
    explained = subprocess.run(
        [sys.executable, "-m", "membench", "explain", *folders, "--format", "json"],
        capture_output=True,
        text=True,
        cwd=made,
        env=environment | {"PYTHONPATH": str(ROOT)},
        check=False,
        timeout=120,
    )
    assert explained.returncode == 0, explained.stderr
    paths = json.loads(explained.stdout)["paths"]
    if path:
        assert paths[0]["frames"][-1]["function"] == path
        assert paths[0]["frames"][-1]["file"] == "jobs.py"
    else:
        assert not paths  # a line that moved has not grown


def test_a_head_that_crashes_ends_with_3_and_its_error(project: Path, gate: Gate) -> None:
    path = project / "pipelines" / "process.py"
    path.write_text(path.read_text() + "\nraise SystemError('the ' + 'head is broken')\n")
    done = gate(project, "--against", "HEAD", *SMOKE, "--repeats", "1", "--format", "json")
    assert done.returncode == 3
    (row,) = document(done)["rows"]
    assert row["verdict"] == "failed"
    assert "SystemError: the head is broken" in row["reason"]


def test_a_base_without_the_code_is_new_with_the_reason_and_no_pass(project: Path, gate: Gate) -> None:
    done = gate(project, "--against", "HEAD~1", *SMOKE, "--repeats", "1", "--format", "json")
    assert done.returncode == 0, done.stderr
    (row,) = document(done)["rows"]
    assert (row["verdict"], row["base_bytes"]) == ("new", None)
    assert "cannot run it: crashed" in row["reason"]
    assert "No module named 'membench.pipelines'" in row["reason"]


def test_a_base_that_lacks_what_is_in_the_folder_alone_is_no_silent_pass(tmp_path: Path, gate: Gate) -> None:
    # A submodule, or an extension that was built: the folder has it, and git does not know it.
    shop = repository(tmp_path / "shop")
    workloads = '[tool.membench.workloads.{name}]\ncall = "jobs:run"\nparams = {{ n = [1, 2] }}\n'
    files = {"pyproject.toml": workloads.format(name="old"), "jobs.py": "import built\ndef run(n): ...\n"}
    commit(shop, "a workload", **files, **{".gitignore": "built.py\n"})
    (shop / "built.py").touch()
    with (shop / "pyproject.toml").open("a") as file:
        file.write(workloads.format(name="young"))
    done = gate(shop, "--against", "HEAD", "--repeats", "1")
    assert done.returncode == 0, done.stderr
    assert "Nothing was compared: 4 new." in done.stdout
    warning = " ".join(done.stdout[done.stdout.index("! ") :].split())
    assert "The base defines old/n=1 and 1 more too and cannot run it here" in warning
    assert "[tool.membench.gate] install" in warning


def test_thresholds_below_the_noise_are_refused_with_the_floor(project: Path, gate: Gate) -> None:
    done = gate(project, "--against", "HEAD", *SMOKE, "--absolute", "1 KiB")
    assert is_one_clear_error(done, "A threshold of 1 KiB lies below the noise of this machine")
    floor = done.stderr.rpartition("Give --absolute '")[2].partition("'")[0]
    assert parse_size(floor) >= 4096
    assert checkouts(project) == [str(project)]


def running_gate(project: Path, environment: dict[str, str], temporary: Path) -> subprocess.Popen[str]:
    """Start a gate that takes minutes, and wait until it measures its base."""
    arguments = ("gate", "--against", "HEAD", "--scenario", "league", "--repeats", "100")
    running = subprocess.Popen(
        [sys.executable, "-m", "membench", *arguments],
        cwd=project,
        stderr=subprocess.PIPE,
        text=True,
        env=environment | {"PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    deadline = time.monotonic() + 100
    while not list(temporary.glob("membench-gate-*/head-bytecode")) and time.monotonic() < deadline:
        assert running.poll() is None
        time.sleep(0.05)  # polls a folder that another process fills
    return running


def workers_in(temporary: Path) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = entry.read_bytes()
        except OSError:
            continue
        if f"{temporary}/membench-gate-".encode() in text:
            found.append(entry.parent.name)
    return found


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_gate_leaves_no_checkout_no_scratch_and_no_process(
    project: Path, environment: dict[str, str], temporary: Path, ending: signal.Signals
) -> None:
    running = running_gate(project, environment, temporary)
    assert len(checkouts(project)) == 2
    running.send_signal(ending)
    said = running.communicate(timeout=60)[1]
    assert (running.returncode, said.strip()) == (130, "membench: interrupted")
    assert list(temporary.iterdir()) == []
    assert checkouts(project) == [str(project)]
    assert workers_in(temporary) == []


def test_after_kill_9_the_next_gate_clears_up(
    project: Path, environment: dict[str, str], temporary: Path, gate: Gate
) -> None:
    running = running_gate(project, environment, temporary)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    (left,) = temporary.glob("membench-gate-*")
    assert len(checkouts(project)) == 2
    # The next one may be refused before it measures anything, and be about something else.
    refused = gate(project, "--against", "HEAD", *SMOKE, "--absolute", "1 KiB")
    assert refused.returncode == 2
    assert not left.exists()
    assert checkouts(project) == [str(project)]
    assert workers_in(temporary) == []


# Stored documents: nothing is measured.

THERE = results(sample("a", (100 * 2**20,) * 4), sample("b", (7,) * 4))
HERE = results(sample("a", (200 * 2**20,) * 4), sample("b", (7,) * 4))


@pytest.fixture
def compare(
    environment: dict[str, str],
    temporary: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Gate]:
    """Run the gate in this process, as it does without measuring."""

    def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        with monkeypatch.context() as patched:
            patched.setattr(os, "environ", environment | more)
            patched.chdir(folder)
            code = main(["gate", *arguments])
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    before = signal.getsignal(signal.SIGTERM)
    yield run
    signal.signal(signal.SIGTERM, before)
    assert list(temporary.iterdir()) == []


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    write_results_file(THERE, tmp_path / "baseline.json")
    write_results_file(HERE, tmp_path / "head.json")
    return tmp_path


def changed(held: Results, **changes: Any) -> Results:
    return replace(held, environment=replace(held.environment, **changes))


def test_two_documents_are_compared_without_measuring(stored: Path, compare: Gate) -> None:
    done = compare(stored, "head.json", "--baseline", "baseline.json", "--format", "json")
    assert done.returncode == 1
    verdicts = {row["variant"]: row["verdict"] for row in document(done)["rows"]}
    assert verdicts == {"a": "regression", "b": "pass"}
    assert compare(stored, "baseline.json", "--baseline", "baseline.json").returncode == 0


def test_of_two_documents_only_what_was_asked_for_is_compared(stored: Path, compare: Gate) -> None:
    both = ("head.json", "--baseline", "baseline.json")
    assert compare(stored, *both, "--variant", "b").returncode == 0
    assert compare(stored, *both, "--variant", "a", "--scenario", "smoke").returncode == 1
    assert is_one_clear_error(compare(stored, *both, "--scenario", "league"), "There is nothing to compare")
    assert is_one_clear_error(compare(stored, *both, "--meter", "memray"), "There is nothing to compare")


def test_a_document_that_lacks_a_workload_fails_unless_it_is_named_as_removed(stored: Path, compare: Gate) -> None:
    write_results_file(results(sample("b", (7,) * 4)), stored / "head.json")
    both = ("head.json", "--baseline", "baseline.json")
    assert compare(stored, *both).returncode == 1
    assert compare(stored, *both, "--removed", "smoke/a").returncode == 0


def test_a_document_with_a_failed_trial_ends_with_3(stored: Path, compare: Gate) -> None:
    crashed = sample("a", (), outcomes=(Outcome.CRASHED,), wall_seconds=(1.0,), failures=("crashed (signal 9)",))
    write_results_file(results(crashed), stored / "head.json")
    done = compare(stored, "head.json", "--baseline", "baseline.json", "--removed", "smoke/b")
    assert done.returncode == 3
    assert "crashed (signal 9)" in done.stdout


def test_what_could_not_be_decided_fails_only_under_strict(stored: Path, compare: Gate) -> None:
    write_results_file(results(sample("a", (1, 2**30)), sample("b", (7,) * 4)), stored / "head.json")
    both = ("head.json", "--baseline", "baseline.json")
    assert compare(stored, *both).returncode == 0
    assert compare(stored, *both, "--strict").returncode == 1


def test_another_environment_is_refused_with_what_differs_or_marked_in_the_report(stored: Path, compare: Gate) -> None:
    controls = {**HERE.environment.controls, "pinned_cpu": False}
    write_results_file(changed(HERE, kernel="6.2", thp="always", controls=controls), stored / "head.json")
    both = ("head.json", "--baseline", "baseline.json")
    refused = compare(stored, *both)
    assert is_one_clear_error(refused, "kernel 6.1 and 6.2; thp madvise and always; pinned cpu True and False")
    assert "--allow-environment-change" in refused.stderr
    marked = compare(stored, *both, "--allow-environment-change", "--format", "markdown")
    assert marked.returncode == 1
    assert "⚠️ The baseline was measured elsewhere: kernel 6.1 and 6.2;" in marked.stdout


def test_a_baseline_from_elsewhere_is_refused_before_anything_is_measured(stored: Path, compare: Gate) -> None:
    done = compare(stored, "--baseline", "baseline.json", "--scenario", "smoke", "--variant", "all")
    assert is_one_clear_error(done, "The baseline was measured elsewhere: ")
    assert "kernel 6.1 and" in done.stderr


def spoilt(**changes: Any) -> str:
    return json.dumps(results_document(THERE) | changes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        (spoilt()[:-40], "is not JSON"),
        ("[" * 5000 + "]" * 5000, "is not JSON"),
        (spoilt(samples="@").replace('"@"', "[" * 60 + "]" * 60), "nested more than 32 deep"),
        (spoilt(format_version=2), "has format version 2; this membench reads version 1"),
        (spoilt(format_version="\n::error::owned\x1b[2J"), "has format version "),
        (spoilt(format="other"), "is not a membench-results document"),
        (spoilt(environment={"\n::error::owned": 1}), "no valid results document"),
        (spoilt(samples=[{"\n::error::owned\n##[error]owned": "\x1b[2J"}]), "no valid results document"),
        (spoilt().replace(str(100 * 2**20), "-5"), "less than the minimum"),
        (spoilt().replace(str(100 * 2**20), "1e999"), "no valid results document"),
        (spoilt().replace(str(100 * 2**20), "9" * 4000), "no valid results document"),
        (spoilt().replace(str(100 * 2**20), "9" * 5000), "is not JSON"),
        (spoilt().replace(str(100 * 2**20), "NaN"), "NaN is not a number"),
    ],
)
def test_a_baseline_that_cannot_be_used_is_one_clear_error(stored: Path, compare: Gate, text: str, said: str) -> None:
    (stored / "baseline.json").write_text(text)
    done = compare(stored, "head.json", "--baseline", "baseline.json")
    assert is_one_clear_error(done, said)
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    assert "##[" not in done.stderr
    assert not any(line.lstrip().startswith("::") for line in done.stderr.splitlines())


def test_what_an_environment_says_is_no_command_to_a_terminal_or_a_runner(stored: Path, compare: Gate) -> None:
    write_results_file(changed(THERE, kernel="6\n::error::owned ##[error]\x1b[2J"), stored / "baseline.json")
    both = ("head.json", "--baseline", "baseline.json")
    for done in (compare(stored, *both), compare(stored, *both, "--allow-environment-change")):
        printed = done.stdout + done.stderr
        assert "owned" in printed
        assert "\x1b" not in printed
        assert "##[" not in printed
        assert not any(line.lstrip().startswith("::") for line in printed.splitlines())


def test_json_that_is_printed_is_no_command_to_a_runner_and_says_the_same(stored: Path, compare: Gate) -> None:
    name = "##[error]owned"
    write_results_file(results(sample(name, (7,) * 4)), stored / "head.json")
    write_results_file(results(sample(name, (7,) * 4)), stored / "baseline.json")
    done = compare(stored, "head.json", "--baseline", "baseline.json", "--format", "json")
    assert "##[" not in done.stdout
    assert document(done)["rows"][0]["variant"] == name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give --against GIT_REF, --baseline FILE, or both"),
        (("head.json", "--against", "HEAD"), "Give --baseline with it instead"),
        (("head.json",), "give --against GIT_REF"),
        (("none.json", "--baseline", "baseline.json"), "Cannot read none.json"),
        (("head.json", "--baseline", "none.json"), "Cannot read none.json"),
        (("--against", "HEAD", "--relative", "1"), "is no percentage"),
        (("--against", "HEAD", "--keep-captures"), "--keep-captures needs --out DIR to keep them in"),
        (("--baseline", "baseline.json", "--keep-captures", "--out", "out"), "--against GIT_REF to have both sides"),
        (("--against", "HEAD", "--absolute", "0 B"), "The smallest size is 1 B"),
        (("--against", "HEAD", "--meter", "psss"), "No meter named 'psss'"),
        (("--against", "HEAD", "--scenario", "leage"), "No scenario named 'leage'"),
        (("--against", "HEAD"), "not a git repository"),
        (("head.json", "--baseline", "baseline.json", "--out", "head.json/out"), "Cannot write to head.json/out"),
    ],
)
def test_wrong_use_is_one_clear_error(stored: Path, compare: Gate, arguments: tuple[str, ...], said: str) -> None:
    done = compare(stored, *arguments, GIT_CEILING_DIRECTORIES=str(stored.parent))
    assert "membench: " in done.stderr
    assert said in " ".join(done.stderr.split())
    assert done.returncode == 2
    assert done.stderr.count("\n") <= 2


def test_a_project_without_pipelines_is_told_where_it_stands(tmp_path: Path, compare: Gate) -> None:
    made = repository(tmp_path / "elsewhere")
    (made / "inner").mkdir()
    done = compare(made / "inner", "--against", "HEAD", *SMOKE)
    assert is_one_clear_error(done, f"which {made}/inner has not. Go to the project's own folder")
    assert checkouts(made) == [str(made)]


def test_without_git_on_the_path_the_error_says_so(stored: Path, compare: Gate) -> None:
    done = compare(stored, "--against", "HEAD", *SMOKE, PATH=str(stored))
    assert is_one_clear_error(done, "Cannot run git: ")
