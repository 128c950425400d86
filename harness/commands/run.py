"""`membench run`: measure workloads and show what each variant's peak is."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from membench.harness.commands.reporting.sections import make_report
from membench.harness.commands.suite_choice import Selection, selection_options
from membench.harness.commands.terminal import options, output
from membench.harness.commands.terminal.documents import print_json
from membench.harness.commands.terminal.progress import progress_of, status_of
from membench.harness.errors import EXIT_OK, EXIT_REGRESSION, EXIT_TRIAL_FAILED, UsageError
from membench.harness.meters import meter_file
from membench.harness.model import Outcome, Results, Workload
from membench.harness.runs.session import Session
from membench.harness.store.results import results_document, write_results
from membench.harness.suites.suite import Suite
from membench.harness.trial.adapters import COMMAND
from membench.harness.trial.command import METERS as COMMAND_METERS

DEFAULT_METER = "peak_rss"
DEFAULT_REPEATS = 3


@click.command(name="run")
@selection_options
@click.option(
    "--meter",
    "meters",
    multiple=True,
    metavar="M",
    help=f"Instrument; may be given again. Default: {DEFAULT_METER}.",
)
@click.option(
    "--pass-env",
    "variables",
    multiple=True,
    metavar="NAME",
    help="Pass this variable on to the workloads, or those of a pattern such as 'SUITE_*'; may be given again.",
)
@options.repeats(DEFAULT_REPEATS)
@options.jobs(1)
@options.timeout()
@click.option(
    "--expect",
    "expected",
    multiple=True,
    metavar="VARIANT=OUTCOME",
    help="Count this outcome of a variant as right, and any other as a failure.",
)
@options.out("Keep results, report and charts there.")
@options.resume()
@options.machine()
@options.output_format()
def command(
    selection: Selection,
    meters: Sequence[str],
    variables: Sequence[str],
    repeats: int,
    jobs: int,
    timeout: float,
    expected: Sequence[str],
    out: Path | None,
    resume: bool,
    output_format: str,
) -> int:
    """Measure workloads and show what each variant's peak is.

    Every trial runs in a fresh interpreter with randomisation off and pinned to one CPU, in turn with those of
    all other variants, and its output is checked: a variant that loses data is `wrong-output`, never a saving.

    \b
    membench run                                        pyproject.toml's workloads, or the league in all its variants
    membench run -k 'orders and not slow' --tag nightly
    membench run --scenario incident --variant baseline --variant all
    membench run --scenario smoke --format json | jq '.samples[].median_bytes'

    Variants of the league: sequential, baseline, all, fix-3, fix-1+3+5, without-3, upto-3, and -as-written after
    fix-N or all.
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    meters = list(dict.fromkeys(meters or (DEFAULT_METER,)))
    with selection.suite(variables) as suite:
        workloads = _expecting(selection.workloads(suite), expected)
        _require_meters(meters, workloads)
        folder = output.folder_to_keep(out, resume=resume)
        workloads = _prepared(suite, workloads)
        session = Session.begin(suite.settings, time_limit_seconds=timeout, jobs=jobs, folder=folder, resume=resume)
        results = session.measure(workloads, meters, repeats, progress_of)
    _show(results, suite, out, output_format)
    if any(sample.failed for sample in results.samples):
        return EXIT_TRIAL_FAILED
    return EXIT_REGRESSION if any(sample.over_budget for sample in results.samples) else EXIT_OK


def _prepared(suite: Suite, workloads: Sequence[Workload]) -> list[Workload]:
    with status_of("getting ready"):
        kept = suite.prepare(workloads)
    left = {workload.key for workload in kept}
    for workload in workloads:
        if workload.key not in left:
            click.echo(f"membench: {workload.key} declines to run and is left out", err=True)
    if not kept:
        raise UsageError("Every benchmark declines to run: its set-up raises NotImplementedError.")
    return kept


def _require_meters(meters: Sequence[str], workloads: Sequence[Workload]) -> None:
    for meter in meters:
        meter_file(meter)
        for workload in workloads:
            if workload.adapter == COMMAND and meter not in COMMAND_METERS:
                raise UsageError(
                    f"{meter} looks into Python, and {workload.scenario} is a command. "
                    f"Meters for commands: {', '.join(COMMAND_METERS)}."
                )


def _expecting(workloads: Sequence[Workload], expected: Sequence[str]) -> list[Workload]:
    outcomes = dict(_expectation(entry) for entry in expected)
    for variant in outcomes.keys() - {workload.variant for workload in workloads}:
        raise UsageError(f"--expect names {variant!r}, which is not among the variants of this run.")
    return [
        replace(workload, expected_outcome=outcomes.get(workload.variant, workload.expected_outcome))
        for workload in workloads
    ]


def _expectation(entry: str) -> tuple[str, Outcome]:
    variant, _, outcome = entry.rpartition("=")
    known = [str(name) for name in Outcome]
    if not variant or outcome not in known:
        raise UsageError(f"--expect takes VARIANT=OUTCOME, not {entry!r}. Outcomes: {', '.join(known)}.")
    return variant, Outcome(outcome)


def _show(results: Results, suite: Suite, out: Path | None, output_format: str) -> None:
    as_json = output_format == "json"
    if as_json:
        print_json(results_document(results))
    report = make_report(results, suite.stories(results))
    if not as_json:
        output.print_report(report)
    if out is not None:
        paths = [write_results(results, out), *output.write_report(report, out, output.WRITTEN)]
        output.announce(paths, to_stderr=as_json)
