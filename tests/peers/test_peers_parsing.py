"""What the comparison with other tools reads from their outputs, and what it makes of a tool that fails."""

import json
import sys
from pathlib import Path

import peer_runs
import peer_table
import pytest
from peer_tools import (
    BARE,
    TOOLS,
    Tool,
    UnreadableOutputError,
    parse_fil,
    parse_gnu_time,
    parse_membench,
    parse_memray,
    parse_mprof,
    parse_psrecord,
    parse_pyperf,
    parse_scalene,
)

from membench.harness.units import MIB

# All of these were put out by the tools that docs/peers.md names, and cut to what matters.
GNU_TIME = """\
	Command being timed: "python spike.py"
	User time (seconds): 0.02
	Elapsed (wall clock) time (h:mm:ss or m:ss): 0:00.74
	Average resident set size (kbytes): 0
	Maximum resident set size (kbytes): 213644
	Exit status: 0
"""
PYPERF_MEMORY = """\
{"benchmarks": [{"runs": [{"values": [218574848]}]}],
 "metadata": {"loops": 1, "name": "command", "perf_version": "2.10.0", "unit": "byte", "values": 1, "warmups": 0},
 "version": "1.0"}
"""
PYPERF_TIMING = """\
{"benchmarks": [{"runs": [{"values": [1.2057547360000171]}]}],
 "metadata": {"command_max_rss": 218718208, "loops": 1, "name": "command", "perf_version": "2.10.0", "unit": "second"},
 "version": "1.0"}
"""
MPROF = """\
CMDLINE python spike.py
MEM 0.015625 1795467036.3046
MEM 8.578125 1795467036.6061
MEM 137.656250 1795467036.7082
MEM 8.578125 1795467036.8088
"""
PSRECORD = """\
# Elapsed time   CPU (%)     Real (MB)   Virtual (MB)
       0.000        0.000        1.641        2.531
       0.960        0.000        1.684        2.531
"""
MEMRAY = """\
{"total_num_allocations": 197, "total_bytes_allocated": 210077446,
 "metadata": {"total_allocations": 338, "peak_memory": 209756343, "python_allocator": "pymalloc"}}
"""
FIL = '<text id="title" x="50.0000%" y="24.00">Peak Tracked Memory Usage (67.7 MiB)</text>'
SCALENE = """\
{"alloc_samples": 4, "max_footprint_lineno": 11, "max_footprint_mb": 200.07255840301514,
 "max_footprint_python_fraction": 0.999666, "memory": true}
"""
MEMBENCH = """\
{"format": "membench-results", "format_version": 1,
 "samples": [{"meter": "peak_rss", "unit": "bytes", "peak_bytes": [218832896], "median_bytes": 218832896}]}
"""


def test_gnu_time_counts_in_units_of_1024_bytes() -> None:
    assert parse_gnu_time(GNU_TIME) == 213_644 * 1024


def test_pyperf_reports_bytes_only_when_it_tracks_memory() -> None:
    assert parse_pyperf(PYPERF_MEMORY) == 218_574_848
    with pytest.raises(UnreadableOutputError, match="'second'"):
        parse_pyperf(PYPERF_TIMING)


def test_the_largest_sample_of_a_sampler_is_its_peak() -> None:
    assert parse_mprof(MPROF) == round(137.65625 * MIB)
    assert parse_psrecord(PSRECORD) == round(1.684 * MIB)


def test_heap_profilers_report_the_peak_of_their_own_summary() -> None:
    assert parse_memray(MEMRAY) == 209_756_343
    assert parse_fil(FIL) == round(67.7 * MIB)
    assert parse_scalene(SCALENE) == round(200.07255840301514 * MIB)


def test_scalene_without_a_sample_has_no_peak() -> None:
    with pytest.raises(UnreadableOutputError, match="no sample"):
        parse_scalene(json.dumps({"max_footprint_mb": 0.0}))


def test_membench_is_read_from_its_results_document() -> None:
    assert parse_membench(MEMBENCH) == 218_832_896


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
@pytest.mark.parametrize("text", ["", "{}", "[]", "a traceback"])
def test_an_output_without_a_peak_is_an_error_that_the_run_survives(tool: Tool, text: str, tmp_path: Path) -> None:
    output = tmp_path / tool.output.replace("*", "some-folder")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text)
    with pytest.raises(peer_runs.FailedRunError, match="could not be read"):
        peer_runs._read(tool, tmp_path)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "quick.py"
    path.write_text('import os\nopen(os.environ["PEERS_OWN_PEAK_FILE"], "w").write("1048576 0.0")\n')
    return path


def fake(name: str, code: str, **options: object) -> Tool:
    """A tool that runs `code` with the program as its argument."""
    given = {"reports": "nothing", "parse": int, "output": "figure"} | options
    return Tool(name=name, command=lambda python, program: [python, "-c", code, program], **given)  # type: ignore[arg-type]


def outcomes_of(tool: Tool, program: Path, *, limit_seconds: float = 30) -> list[peer_runs.Outcome]:
    return peer_runs.run_all([tool], [program], repeats=2, limit_seconds=limit_seconds, announce=lambda _: None)


RUNS_IT = "import runpy, sys; runpy.run_path(sys.argv[1]); "


def test_a_tool_that_works_is_held_against_the_bare_program(program: Path) -> None:
    tool = fake("twice", RUNS_IT + "open('figure', 'w').write('2097152')")
    bare, row = peer_table.rows(outcomes_of(tool, program))
    assert bare.figures[:4] == ("1.00 MiB", "true", "0 B", "1.00 MiB")
    assert row.figures[:4] == ("2.00 MiB", "+1.00 MiB", "0 B", "1.00 MiB (0 B)")


def test_a_heap_figure_is_marked_as_one(program: Path) -> None:
    tool = fake("heap", RUNS_IT + "open('figure', 'w').write('524288')", heap=True)
    _, row = peer_table.rows(outcomes_of(tool, program))
    assert row.figures[1] == "(-512 KiB, heap)"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise SystemExit('it broke | badly')", "python ended with 1: it broke | badly"),
        ("", "the program did not reach its end under it"),
        (RUNS_IT, "it wrote no figure"),
        (RUNS_IT + "open('figure', 'w').write('many')", "its output could not be read: "),
    ],
    ids=["ended-badly", "never-ran-it", "no-output", "unreadable"],
)
def test_a_tool_that_fails_becomes_a_row_and_the_others_are_measured(program: Path, code: str, reason: str) -> None:
    bare, failed = outcomes_of(fake("broken", code), program)
    assert len(bare.runs) == 2
    assert failed.failure is not None
    assert reason.replace("python", Path(sys.executable).name) in failed.failure


def test_a_tool_that_does_not_end_is_ended(program: Path) -> None:
    failed = outcomes_of(fake("endless", "import time; time.sleep(60)"), program, limit_seconds=1)[1]
    assert failed.failure == "still running after 1 s"


def test_a_missing_tool_says_how_to_install_it(program: Path) -> None:
    tool = Tool(
        name="missing",
        reports="nothing",
        command=lambda python, program: ["no-such-tool-anywhere", program],
        parse=int,
        install="apt-get install it",
    )
    assert outcomes_of(tool, program)[1].failure == "not installed: apt-get install it"


def test_a_failed_tool_is_one_row_of_both_tables() -> None:
    program = Path("spike.py")
    run = peer_runs.Run(reported_bytes=MIB, own_peak_bytes=MIB, wall_seconds=0.5)
    broken = Tool(name="broken", reports="heap: what it likes", command=lambda *_: [], parse=int)
    rows = list(
        peer_table.rows(
            [
                peer_runs.Outcome(tool=BARE, program=program, runs=[run]),
                peer_runs.Outcome(tool=broken, program=program, failure="it ended with 1: a | b"),
            ]
        )
    )
    lines = peer_table.markdown_table(rows).splitlines()
    assert lines[-1] == r"| spike | broken | heap: what it likes | failed: it ended with 1: a \| b |  |  |  |  |"
    assert len({line.replace(r"\|", "").count("|") for line in lines}) == 1
    table = peer_table.terminal_table(rows, repeats=1)
    assert [str(cell) for cell in table.columns[2].cells] == ["", "1.00 MiB", "failed: it ended with 1: a | b"]


def test_no_folder_of_this_machine_is_in_a_reason(tmp_path: Path) -> None:
    reason = peer_runs._without_paths(f"no file {tmp_path}/x in {Path(__file__).parents[2]}/tests", tmp_path)
    assert reason == "no file x in tests"


def test_every_tool_is_shown_as_a_reader_would_type_it() -> None:
    assert next(tool for tool in TOOLS if tool.name == "psrecord").shown() == (
        "psrecord --log psrecord.txt 'python PROGRAM.py'"
    )
    assert all(tool.shown().count("PROGRAM.py") == 1 for tool in TOOLS)
