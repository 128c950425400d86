"""`membench doctor`: say how exact membench is on this machine."""

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import click

from membench.harness.commands.league.workloads import DEFAULT_SCENARIO, make_workloads, read_settings
from membench.harness.commands.terminal import options, tables
from membench.harness.commands.terminal.documents import print_json
from membench.harness.commands.terminal.progress import progress_of
from membench.harness.doctor.conditions import conditions
from membench.harness.doctor.diagnosis import Plan, judge, make_schedule, require_ok
from membench.harness.doctor.document import condition_document, doctor_document
from membench.harness.errors import EXIT_OK
from membench.harness.kernel.controls import Controls, available_controls, cpus_of_jobs
from membench.harness.model import Reading
from membench.harness.runs.environment import describe_environment
from membench.harness.runs.runner import run_schedule
from membench.harness.trial.isolation import Isolation
from membench.harness.units import KIB, MIB, format_bytes, parse_size
from membench.reports.tables.diagnosis import conditions_table, rises_table

METER = "peak_rss"
RISES = (16 * KIB, 64 * KIB, 256 * KIB, MIB)
DEFAULT_VARIANT = "all"
REPEATS = 5  # one trial of five may be an outlier, and a rise of the others is still significant
REPEATS_RANDOMISED = 10  # with 5 a rank test finds a rise of 256 KiB among randomised peaks only now and then

ADDRESS_RANDOMISATION = "address_randomisation"
PINNING = "pinning"


@click.command(name="doctor")
@click.option("--scenario", default=DEFAULT_SCENARIO, show_default=True, metavar="S", help="Scenario.")
@click.option("--variant", default=DEFAULT_VARIANT, show_default=True, metavar="V", help="Variant.")
@click.option(
    "--repeats",
    type=click.IntRange(2, 1000),
    metavar="N",
    help=f"Trials a side.  [default: {REPEATS}; {REPEATS_RANDOMISED} where addresses are randomised]",
)
@options.count("--tries", default=3, text="Comparisons for each injected rise, with fresh trials for each.")
@options.count(
    "--comparisons", default=10, text="Comparisons of unchanged trials with one another, to find false alarms."
)
@click.option(
    "--inject",
    "sizes",
    multiple=True,
    metavar="SIZE",
    help="Rise to inject; may be given again. Default: " + ", ".join(format_bytes(size) for size in RISES) + ".",
)
@click.option(
    "--no-control",
    "left_out",
    multiple=True,
    type=click.Choice([ADDRESS_RANDOMISATION, PINNING]),
    help="Leave a control out, to see what it is good for; may be given again.",
)
@options.jobs(2)
@options.timeout()
@options.output_format(tables.FORMATS)
def command(
    scenario: str,
    variant: str,
    repeats: int | None,
    tries: int,
    comparisons: int,
    sizes: Sequence[str],
    left_out: Sequence[str],
    jobs: int,
    timeout: float,
    output_format: str,
) -> int:
    """Say how exact membench is on this machine.

    Shows which controls hold here, how far the peaks of an unchanged workload spread, and the smallest of several
    known rises that is found every time while unchanged trials raise no alarm. Takes about a minute.

    \b
    membench doctor
    membench doctor --scenario smoke --inject 4KiB --inject 8KiB
    membench doctor --no-control address_randomisation
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    settings = read_settings(os.environ)
    (workload,) = make_workloads([scenario], [variant], settings)
    rises = tuple(sorted({parse_size(size) for size in sizes} or RISES))
    controls = _controls(left_out)
    randomised = not controls.address_randomisation_off
    plan = Plan(
        workload=workload,
        meter=METER,
        repeats=repeats or (REPEATS_RANDOMISED if randomised else REPEATS),
        tries=tries,
        comparisons=comparisons,
        rises=rises,
        randomised=randomised,
    )
    environment = describe_environment(controls, settings)
    held = conditions(controls, environment)
    conditions_first = conditions_table([condition_document(condition) for condition in held])
    if output_format == "console":
        tables.show_tables([conditions_first], output_format)
        click.echo()
    diagnosis = judge(plan, _measure(plan, controls, jobs=jobs, timeout=timeout))
    document = doctor_document(plan, environment, held, diagnosis)
    if output_format == "json":
        print_json(document)
    else:
        shown = [rises_table(document)] if output_format == "console" else [conditions_first, rises_table(document)]
        tables.show_tables(shown, output_format)
    return EXIT_OK


def _controls(left_out: Sequence[str]) -> Controls:
    available = available_controls()
    return replace(
        available,
        address_randomisation_off=available.address_randomisation_off and ADDRESS_RANDOMISATION not in left_out,
        pinned_cpu=available.pinned_cpu and PINNING not in left_out,
    )


def _measure(plan: Plan, controls: Controls, *, jobs: int, timeout: float) -> list[Reading]:
    schedule = make_schedule(plan)
    held = Isolation(controls=controls, time_limit_seconds=timeout).held()
    with progress_of(len(schedule.trials)) as observer, held as isolation:
        return run_schedule(
            schedule,
            isolation,
            cpus=cpus_of_jobs(jobs),
            keep=partial(require_ok, plan),
            observer=observer,
        )
