"""`membench measure`: measure the peak memory of any command."""

import itertools
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import click

from membench.harness.commands.terminal import options
from membench.harness.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_TRIAL_FAILED, UsageError
from membench.harness.kernel.controls import Controls, available_controls, usable_cpus
from membench.harness.kernel.supervisor_program import find_program
from membench.harness.model import Reading, Results, Sample, Workload
from membench.harness.runs.sampling import make_samples
from membench.harness.trial.command import METERS, SCENARIO, CommandTrial, run_command
from membench.harness.trial.interrupts import Interrupts
from membench.harness.units import format_bytes, parse_size
from membench.reports.outcomes import all_ok, summary

OUTPUTS = ("pass", "discard")
PYTHON_ADDS = ("LC_CTYPE",)


@click.command(name="measure", context_settings={"ignore_unknown_options": False})
@click.option(
    "--meter",
    "meters",
    multiple=True,
    type=click.Choice(METERS),
    help="peak_rss (default): the largest process, exact. peak_tree: all processes together, sampled.",
)
@options.repeats(1, text="Runs of the command.")
@click.option(
    "--timeout",
    type=options.SECONDS,
    metavar="S",
    help="Seconds that one run may take; then all its processes are ended.",
)
@click.option(
    "--memory-limit", "limit", metavar="SIZE", help="Run it in a cgroup with this limit, such as 64MiB or 2 GB."
)
@click.option("--pin", is_flag=True, help="Pin it to one CPU. Repeats differ less, threaded programs take less.")
@click.option(
    "--output",
    "output",
    type=click.Choice(OUTPUTS),
    default="pass",
    show_default=True,
    help="What becomes of the command's standard output.",
)
@click.option(
    "--trace/--no-trace",
    "trace",
    default=False,
    show_default=True,
    help="Also follow it with ptrace, which names each process. Slows its starts down; debuggers fail in it.",
)
@click.option(
    "--ok-status",
    "ok_statuses",
    multiple=True,
    type=click.IntRange(0, 255),
    metavar="N",
    help="This exit status is no failure either, such as a linter's 1; may be given again.",
)
@options.machine()
@options.output_format()
@click.argument("argv", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND [ARG]...")
def command(
    meters: Sequence[str],
    repeats: int,
    timeout: float | None,
    limit: str | None,
    pin: bool,
    output: str,
    trace: bool,
    ok_statuses: Sequence[int],
    output_format: str,
    argv: Sequence[str],
) -> int:
    """Measure the peak memory of any command.

    The command runs as it would without membench: its terminal, input, output and environment are yours, and it is
    neither pinned nor slowed down. The figure is the largest high-water mark of all its processes, as the kernel
    accounts for each when it ends; what membench itself takes is not in it. It is shown on standard error, so the
    command's output can be piped on. Ctrl-C goes to the command first; a second one ends it by force.

    \b
    membench measure -- node scrape.js
    membench measure --repeats 5 --output discard -- python report.py
    membench measure --meter peak_tree --timeout 60 --memory-limit 512MiB -- make -j4
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    _require_command(argv[0])
    memory_limit = parse_size(limit) if limit is not None else None
    available = available_controls()
    controls = Controls(
        address_randomisation_off=available.address_randomisation_off,
        pinned_cpu=pin and available.pinned_cpu,
        hash_seed=None,
        environment_scrubbed=False,
    )
    interrupts = Interrupts(lambda text: click.echo(f"membench: {text}", err=True))
    readings: list[Reading] = []
    with (
        _Input(repeats * max(1, len(meters))) as given,
        _stdout(output, output_format) as stdout,
        interrupts.counted(),
    ):
        for repeat, meter in itertools.product(range(repeats), meters or METERS[:1]):
            if interrupts.by_user:
                break
            trial = CommandTrial(
                argv=argv,
                meter=meter,
                repeat=repeat,
                controls=controls,
                cpu=usable_cpus()[0],
                stdin=given.next(),
                stdout=stdout,
                stderr=sys.stderr.fileno(),
                time_limit_seconds=timeout,
                memory_limit_bytes=memory_limit,
                environment=_given_environment(),
                own_session=False,
                trace=trace,
                ok_statuses=(0, *ok_statuses),
                interrupts=interrupts,
            )
            readings.append(_run(trial, repeats))
    workload = Workload(scenario=SCENARIO, variant=readings[0].variant, target="", parameters={}, import_paths=())
    samples = make_samples([workload], readings)
    if output_format == "json":
        _print_json(samples, controls)
    else:
        for sample in samples:
            _print(sample)
    if interrupts.by_user:
        click.echo("membench: interrupted", err=True)
        return EXIT_INTERRUPTED
    return EXIT_TRIAL_FAILED if any(sample.failed for sample in samples) else EXIT_OK


def _require_command(name: str) -> None:
    if find_program(name) is not None:
        return
    if os.sep in name and Path(name).exists():
        raise UsageError(f"{name} is not a program that can be run. Make it executable, or name its interpreter.")
    raise UsageError(f"No command named {name!r} was found. Give a program on PATH, or a path to one.")


def _run(trial: CommandTrial, repeats: int) -> Reading:
    if repeats > 1 and sys.stderr.isatty():
        click.echo(f"membench: run {trial.repeat + 1} of {repeats} ({trial.meter})", err=True)
    return run_command(trial)


class _Input:
    """Standard input for each run: what can be read only once is kept in a file, so that every run gets it."""

    def __init__(self, runs: int) -> None:
        self._runs = runs

    def __enter__(self) -> Self:
        kind = os.fstat(0).st_mode
        self._again = self._runs > 1 and not stat.S_ISCHR(kind)
        if self._again and stat.S_ISREG(kind):
            self._start = os.lseek(0, 0, os.SEEK_CUR)
            self._file = os.dup(0)
        elif self._again:
            import shutil  # noqa: PLC0415 - loads every compression library; few runs need a file
            import tempfile  # noqa: PLC0415 - loads `random`, as the one above

            self._start = 0
            with tempfile.TemporaryFile() as kept:
                shutil.copyfileobj(sys.stdin.buffer, kept)
                kept.flush()
                self._file = os.dup(kept.fileno())
        else:
            self._start = 0
            self._file = os.dup(0)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def next(self) -> int:
        """Give the descriptor for one run, at its start if it has one."""
        if self._again:
            os.lseek(self._file, self._start, os.SEEK_SET)
        return self._file


def _given_environment() -> dict[str, str]:
    """Give the environment as it came: in the C locale Python adds a variable to its own."""
    try:
        given = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return dict(os.environ)
    added = {name for name in PYTHON_ADDS if not any(entry.startswith(f"{name}=".encode()) for entry in given)}
    return {name: value for name, value in os.environ.items() if name not in added}


@contextmanager
def _stdout(output: str, output_format: str) -> Iterator[int]:
    """Choose where the command's standard output goes; JSON stands alone on ours."""
    if output == "discard":
        with Path(os.devnull).open("wb") as nowhere:
            yield nowhere.fileno()
    else:
        sys.stdout.flush()
        yield sys.stderr.fileno() if output_format == "json" else sys.stdout.fileno()


def _print_json(samples: tuple[Sample, ...], controls: Controls) -> None:
    from datetime import datetime  # noqa: PLC0415 - not for a summary

    from membench.harness.commands.terminal.documents import print_json  # noqa: PLC0415 - not for a summary
    from membench.harness.runs.environment import describe_environment  # noqa: PLC0415 - as the one before
    from membench.harness.store.results import results_document  # noqa: PLC0415 - as the ones before

    results = Results(
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        environment=describe_environment(controls, {}),
        samples=samples,
    )
    print_json(results_document(results))


def _print(sample: Sample) -> None:
    """Say what was measured in a few lines; not with a table, whose library takes longer to load than to draw."""
    lines = [f"{sample.variant}: {_peak_words(sample)}"]
    if sample.meter == "peak_rss":
        lines += _process_lines(sample)
    cpu = _median([fact.cpu_seconds for fact in sample.commands])
    how = f"; {sample.source}" if sample.source else ""
    lines.append(f"  {_median(sample.wall_seconds):.3f} s wall, {cpu:.3f} s CPU{how}")
    left = max(fact.left_behind for fact in sample.commands)
    if left:
        lines.append(f"  ! {left} of its processes outlived it and were ended")
    lines += [f"  ! {line}" for line in (*dict.fromkeys(sample.failures), *sample.warnings)]
    click.echo("\n".join(lines), err=True)


def _process_lines(sample: Sample) -> list[str]:
    """Say which process the figure is of, and what the one that was started held, if that is another one."""
    facts = max(sample.commands, key=lambda fact: fact.largest_peak_bytes or 0)
    if not facts.largest_peak_bytes:
        return []
    name = facts.largest_process or "not seen by name: --trace names every process"
    root = facts.root_peak_bytes
    started = f", the one started {format_bytes(root)}" if root and root != facts.largest_peak_bytes else ""
    polled = f"; polled {facts.samples} times, at most {facts.largest_gap_seconds:.3f} s apart" if facts.samples else ""
    return [f"  largest process {name} {format_bytes(facts.largest_peak_bytes)}{started}{polled}"]


def _peak_words(sample: Sample) -> str:
    if sample.median_bytes is None:
        reached = max((fact.largest_peak_bytes or 0 for fact in sample.commands), default=0)
        return f"{summary(sample.outcomes)}, having reached {format_bytes(reached)}"
    described = f"peak {format_bytes(sample.median_bytes)} ({sample.meter}"
    if len(sample.peak_bytes) > 1:
        described += f", median of {len(sample.peak_bytes)}, spread {format_bytes(sample.spread_bytes or 0)}"
    return described + ")" + ("" if all_ok(sample.outcomes) else f"; runs: {summary(sample.outcomes)}")


def _median(values: Sequence[float]) -> float:
    if len(values) == 1:
        return values[0]
    from statistics import median  # noqa: PLC0415 - brings fractions and decimal along

    return median(values)
