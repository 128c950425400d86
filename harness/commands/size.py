"""`membench size`: how much memory to ask for."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from membench.harness.commands.suite_choice import LEAGUE, SUITES, choose_suite
from membench.harness.commands.terminal import options
from membench.harness.commands.terminal.documents import print_json
from membench.harness.commands.terminal.progress import status_of
from membench.harness.errors import EXIT_OK, UsageError
from membench.harness.kernel import cgroups
from membench.harness.kernel.controls import usable_cpus
from membench.harness.model import WARM_UP, Outcome, Reading, Trial, Workload
from membench.harness.runs.session import Session
from membench.harness.sizing.document import FORMAT, size_document
from membench.harness.sizing.forms import form_names, load_form
from membench.harness.sizing.formula import fit, varying
from membench.harness.sizing.model import Formula
from membench.harness.sizing.recommending import recommend
from membench.harness.sizing.search import measure
from membench.harness.store.schemas import validated
from membench.harness.suites.suite import Suite
from membench.harness.trial.adapters import COMMAND
from membench.harness.trial.isolation import Isolation
from membench.harness.units import format_bytes

METER = "peak_rss"
DEFAULT_TIMEOUT_SECONDS = 300.0
DEFAULT_VARIANT = "all"
DEFAULT_REPEATS = 3


@click.command(name="size")
@click.argument("words", metavar="WORKLOAD | -- COMMAND ARG...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--suite", "suite_name", type=click.Choice(SUITES), help="Where the workloads come from.")
@click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="V",
    help="Variant; may be given again. Default: all fixes of the league, or all combinations of a workload.",
)
@click.option("--sizes", metavar="N,N,...", help="For the league: numbers of teams to fit the formula to.")
@click.option("--at", "at", multiple=True, metavar="NAME=N", help="Ask for other inputs, by the formula.")
@click.option(
    "--for", "forms", multiple=True, type=click.Choice(form_names()), help="Print what asks for it, and nothing else."
)
@options.repeats(DEFAULT_REPEATS, most=100, text="Runs without a limit.")
@options.timeout(DEFAULT_TIMEOUT_SECONDS)
@options.output_format()
def command(
    words: Sequence[str],
    suite_name: str | None,
    variants: Sequence[str],
    sizes: str | None,
    at: Sequence[str],
    forms: Sequence[str],
    repeats: int,
    timeout: float,
    output_format: str,
) -> int:
    """Say how much memory to ask for.

    The smallest limit under which a program finishes often slows it down. From there upwards each limit is tried beside
    a run without one, until the kernel tells of no pressure: that is what is recommended, with room for the spread.

    \b
    membench size league-large --for kubernetes
    membench size import-orders --at orders=50000     a workload of pyproject.toml with sizes: by its formula
    membench size -- python job.py                    any command
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    with cgroups.group() as group:
        kind = group.version
    suite, workloads = _chosen(words, suite_name, variants)
    session = Session.begin(suite.settings if suite else {}, time_limit_seconds=timeout, jobs=1)
    with session.isolation.held() as isolation, status_of(workloads[0].scenario) as say:
        if workloads[0].adapter != COMMAND:
            isolation.run(Trial(workload=workloads[0], meter=METER, repeat=WARM_UP), usable_cpus()[0])
        sized = _sized(suite, workloads, sizes)
        say("peaks of all sizes")
        largest, formula = _formula(isolation, workloads, sized)

        def run(limit: int | None) -> Reading:
            say("without a limit" if limit is None else f"under {format_bytes(limit)}")
            return _run(replace(isolation, memory_limit_bytes=limit), largest)

        measured = measure(run, repeats, kind)
    size = recommend(_name(largest), measured, formula, _inputs(at, formula))
    document = validated(size_document(size, measured, formula, list(forms or form_names())), FORMAT)
    if output_format == "json":
        print_json(document)
        return EXIT_OK
    _print(document, Console(stderr=bool(forms)))
    for name in forms:
        click.echo(load_form(name).render(size), nl=False)
    return EXIT_OK


def _chosen(
    words: Sequence[str], suite_name: str | None, variants: Sequence[str]
) -> tuple[Suite | None, list[Workload]]:
    """Take one word as a workload where it is the name of one, and else all as a command.

    Raises:
        UsageError: it is neither.
    """
    if len(words) > 1:
        return None, [_command(words)]
    suite = choose_suite(suite_name)
    try:
        found = suite.workloads(list(words), variants or ([DEFAULT_VARIANT] if suite.name == LEAGUE else []))
    except UsageError:
        if shutil.which(words[0]) and not variants and suite_name is None:
            return None, [_command(words)]
        raise
    return suite, list(suite.prepare(found))


def _command(words: Sequence[str]) -> Workload:
    if shutil.which(words[0]) is None:
        raise UsageError(f"{words[0]!r} is no program that can be started. Give a workload, or -- and a command.")
    return Workload(
        scenario=os.path.basename(words[-1]) if len(words) > 1 else words[0],  # noqa: PTH119 - any text
        variant=os.path.basename(words[0]),  # noqa: PTH119 - any text
        target="",
        adapter=COMMAND,
        arguments=tuple(words),
        parameters={},
        import_paths=(),
        folder=os.getcwd(),  # noqa: PTH109 - as text
        environment=dict(os.environ),
    )


def _sized(suite: Suite | None, workloads: Sequence[Workload], sizes: str | None) -> list[Workload]:
    """Give the league's scenario in other sizes.

    Raises:
        UsageError: these are no sizes, or not for this workload.
    """
    if sizes is None:
        return []
    if suite is None or suite.name != LEAGUE:
        raise UsageError("--sizes is for the league. A workload of pyproject.toml has sizes by its params.")
    from membench.harness.commands.league.workloads import (  # noqa: PLC0415 - the pipelines, only where they are run
        read_settings,
        sized_workload,
    )

    counts = [text.strip() for text in sizes.split(",")]
    if not all(count.isdecimal() and int(count) for count in counts):
        raise UsageError(f"--sizes is {sizes!r}. Give whole numbers of teams with commas between them.")
    first, settings = workloads[0], read_settings(os.environ)
    return [sized_workload(first.scenario, first.variant, int(count), settings) for count in counts]


def _formula(
    isolation: Isolation, workloads: Sequence[Workload], sized: Sequence[Workload]
) -> tuple[Workload, Formula | None]:
    """Measure every size once, and give the largest workload and the formula."""
    if len(workloads) == 1 and not sized:
        return workloads[0], None
    ran = list(sized or workloads)
    readings = [_run(isolation, workload) for workload in ran]
    done = [
        (workload, reading.peak_bytes)
        for workload, reading in zip(ran, readings, strict=True)
        if reading.outcome is Outcome.OK and reading.peak_bytes is not None
    ]
    if not done:
        raise UsageError(f"None of the sizes came to its end: {readings[0].outcome} ({readings[0].detail}).")
    inputs = [dict(workload.varied) for workload, _ in done]
    names = varying(inputs)
    formula = fit([_numbers(one, names) for one in inputs], [peak for _, peak in done], names) if names else None
    largest = max(done, key=lambda one: one[1])[0]
    return workloads[0] if sized else largest, formula


def _numbers(inputs: Mapping[str, Any], names: Sequence[str]) -> dict[str, float]:
    return {name: float(inputs[name]) for name in names}


def _run(isolation: Isolation, workload: Workload) -> Reading:
    return isolation.run(Trial(workload=workload, meter=METER, repeat=0), usable_cpus()[0])


def _inputs(at: Sequence[str], formula: Formula | None) -> dict[str, float]:
    if at and formula is None:
        raise UsageError("--at needs a formula, and that at least three sizes: params of numbers, or --sizes.")
    inputs = {}
    for text in at:
        name, _, value = text.partition("=")
        try:
            inputs[name] = float(value)
        except ValueError:
            raise UsageError(f"--at is {text!r}. Write NAME=N, such as orders=50000.") from None
    return inputs


def _name(workload: Workload) -> str:
    return workload.scenario if workload.adapter == COMMAND else f"{workload.scenario}/{workload.variant}"


def _print(document: dict[str, Any], console: Console) -> None:
    console.print(f"{document['workload']}: ask for {format_bytes(document['request_bytes'])}", markup=False, end="")
    console.print(f", with a limit of {format_bytes(document['limit_bytes'])}", markup=False)
    table = Table(box=None, pad_edge=False)
    for heading in ("limit", "time", "waits", "limit hits", "read again"):
        table.add_column(heading, justify="right", no_wrap=True)
    for point in document["pressure"]:
        ratio = point["wall_seconds"] / point["free_wall_seconds"] if point["free_wall_seconds"] else 1.0
        stalled = point["stalled_seconds"]
        table.add_row(
            format_bytes(point["limit_bytes"]),
            f"x {ratio:.2f}" if point["outcome"] == "ok" else point["outcome"],
            "-" if stalled is None or not point["wall_seconds"] else f"{stalled / point['wall_seconds']:.1%}",
            "-" if point["limit_hits"] is None else f"{point['limit_hits']:,}",
            "-" if point["refaults"] is None else f"{point['refaults']:,}",
        )
    console.print(table)
    if document["formula"]:
        console.print(_sum(document["formula"]), markup=False, soft_wrap=True)
    for reason in document["reasons"]:
        console.print(f"- {reason}", markup=False, soft_wrap=True)


def _sum(formula: dict[str, Any]) -> str:
    terms = [f"{format_bytes(slope)} x {name}" for name, slope in formula["per"].items()]
    ranges = [
        f"{name} from {low:,g} to {high:,g}, {format_bytes(formula['per_low'][name])} to "
        f"{format_bytes(formula['per_high'][name])} each at 95 %"
        for name, (low, high) in formula["measured"].items()
    ]
    bent = "" if formula["straight"] else "; the peaks do not lie on it, so take it as rough"
    return f"memory = {' + '.join([format_bytes(formula['intercept_bytes']), *terms])}  ({'; '.join(ranges)}{bent})"
