"""`membench attribute`: say which fix bought which megabytes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from membench.harness.attribution.division import FEWEST_ORDERS, Design, Division, Plan, make_plan
from membench.harness.attribution.document import attribution_document
from membench.harness.attribution.shapley import MOST_FOR_FACTORIAL, Combination
from membench.harness.commands.league.claims import right_peak
from membench.harness.commands.reporting.attribution import NOTICEABLE_BYTES, attribution_of, in_words
from membench.harness.commands.reporting.sections import make_report
from membench.harness.commands.suite_choice import choose_switched
from membench.harness.commands.terminal import options, output
from membench.harness.commands.terminal.documents import print_json
from membench.harness.commands.terminal.progress import progress_of
from membench.harness.errors import EXIT_OK, EXIT_TRIAL_FAILED, unknown_name
from membench.harness.keys import Switch
from membench.harness.model import Sample
from membench.harness.runs.session import Session
from membench.harness.store.files import write_json
from membench.harness.store.results import write_results
from membench.harness.suites.switched import Switched
from membench.reports.document import Attribution, Report

ATTRIBUTION_FILE = "attribution.json"
METER = "peak_rss"
DEFAULT_ORDERS = 20


@click.command(name="attribute")
@click.option(
    "--suite",
    "suite_name",
    metavar="SUITE",
    help="league, or project: the workloads of pyproject.toml. Default: those.",
)
@click.option(
    "--scenario",
    metavar="S",
    help="Scenario, or workload of the project. Default: league, or the one workload that has switches.",
)
@click.option(
    "--switch",
    "chosen",
    multiple=True,
    metavar="NAME",
    help="Divide the saving among these only, such as fix-3 or, of what was not described, page-per-operation; may be "
    "given again. Default: all that were described.",
)
@click.option(
    "--set",
    "fixed",
    multiple=True,
    metavar="NAME=VALUE",
    help="Give a parameter of the project's workload this value; may be given again.",
)
@click.option(
    "--design",
    type=click.Choice([str(design) for design in Design]),
    help="Which combinations to measure: factorial takes all and gives every figure exactly, sampled those of random "
    f"orders of joining. Default: factorial up to {MOST_FOR_FACTORIAL} switches, sampled beyond.",
)
@click.option(
    "--orders",
    type=click.IntRange(FEWEST_ORDERS, 10_000),
    default=DEFAULT_ORDERS,
    show_default=True,
    metavar="N",
    help="Random orders of the sampled design; each comes with its reverse, so an odd number is one more.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, metavar="N", help="Which orders are drawn."
)
@options.without_asv(
    "Its benchmarks have no switches: define the function as a workload of pyproject.toml with on/off parameters."
)
@options.repeats(1)
@options.jobs(2)
@options.timeout()
@options.out("Keep readings, results, report and charts there.")
@options.resume()
@options.machine()
@options.output_format(("console", "json", "markdown"))
def command(
    suite_name: str | None,
    fixed: Sequence[str],
    scenario: str | None,
    chosen: Sequence[str],
    design: str | None,
    orders: int,
    seed: int,
    repeats: int,
    jobs: int,
    timeout: float,
    out: Path | None,
    resume: bool,
    output_format: str,
) -> int:
    """Say which fix bought which megabytes.

    What a fix saves alone, what is lost when it alone is left out, what it adds to those before it, and its exact
    share of the whole (the Shapley value) are four different figures: fixes replace one another. The shares add up
    to the whole saving, to the byte.

    \b
    membench attribute --scenario league
    membench attribute --scenario league-large --design alone
    membench attribute --switch fix-1 --switch fix-2 --switch fix-3
    membench attribute --design sampled --orders 40 --seed 7
    membench attribute --suite project --scenario import-orders --set orders=10000

    Of a project's own workload the switches are the parameters that are given as [false, true].
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    suite, switched = choose_switched(suite_name, scenario, fixed)
    switches = _choose(switched, chosen)
    names = [switch.name for switch in switches]
    order = [name for name in switched.order if name in names]
    plan = make_plan(order, Design(design) if design else None, orders=orders, seed=seed)
    workloads = {combination: switched.workload(combination) for combination in plan.combinations}
    suite.prepare(list(workloads.values()))
    session = Session.begin(
        suite.settings,
        time_limit_seconds=timeout,
        jobs=jobs,
        folder=output.folder_to_keep(out, resume=resume),
        resume=resume,
    )
    results = session.measure(list(workloads.values()), [METER], repeats, progress_of)
    samples = {sample.variant: sample for sample in results.samples}
    by_combination = {combination: samples[workload.variant] for combination, workload in workloads.items()}
    division = divide(plan, by_combination)
    missing = [sample for combination, sample in by_combination.items() if combination not in division.peaks]
    found = _with_missing(attribution_of(switches, division), division, names, missing)
    document = attribution_document(
        switched.scenario,
        switches,
        {name: switched.claim(name) for name in names},
        division,
        by_combination,
        found.notes,
        noticeable_bytes=NOTICEABLE_BYTES,
    )
    story = switched.story(results)
    report = make_report(results, {switched.scenario: story}, {switched.scenario: found})
    if out is not None:
        paths = [
            write_results(results, out),
            write_json(document, out / ATTRIBUTION_FILE),
            *output.write_report(report, out, output.WRITTEN),
        ]
        output.announce(paths, to_stderr=output_format != "console")
    _show(document, report, output_format)
    return EXIT_TRIAL_FAILED if missing else EXIT_OK


def _choose(switched: Switched, chosen: Sequence[str]) -> list[Switch]:
    known = {switch.name: switch for switch in (*switched.switches, *switched.further)}
    for name in chosen:
        if name not in known:
            raise unknown_name("switch", name, list(known))
    return [switch for switch in known.values() if switch.name in chosen] if chosen else list(switched.switches)


def divide(plan: Plan, samples: Mapping[Combination, Sample]) -> Division:
    """Divide the saving as far as the samples came to a right output."""
    peaks = {combination: right_peak(sample) for combination, sample in samples.items()}
    return Division(plan=plan, peaks={combination: peak for combination, peak in peaks.items() if peak is not None})


def _with_missing(
    found: Attribution, division: Division, names: Sequence[str], missing: Sequence[Sample]
) -> Attribution:
    """Say which peaks are missing, and which figures cannot be had for it."""
    peaks = [f"{sample.variant} has no peak: {'; '.join(dict.fromkeys(sample.failures))}" for sample in missing]
    figures = [
        f"{switch}: {in_words(lost)} cannot be had for it" for switch, lost in division.incomplete(names).items()
    ]
    return replace(found, notes=(*found.notes, *peaks, *figures))


def _show(document: Mapping[str, Any], report: Report, output_format: str) -> None:
    match output_format:
        case "json":
            print_json(document)
        case "markdown":
            output.print_text(report, output_format)
        case _:
            output.print_attribution(report)
