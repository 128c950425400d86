"""`membench attribute`: say which fix bought which megabytes."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness import attribution
from harness.attribution import Combination, Share
from harness.commands.presenting.documents import dump_json, print_json
from harness.commands.presenting.progress import progress_of
from harness.commands.suites import league
from harness.commands.suites.choice import LEAGUE, require_league
from harness.errors import EXIT_OK, EXIT_TRIAL_FAILED, UsageError
from harness.model import Outcome, Sample
from harness.session import Session
from harness.store.files import atomic_writer, writable_folder
from harness.store.results import write_results
from harness.store.schemas import validated
from harness.units import KIB, format_bytes
from pipelines.variant import PRIORITY, Fix, Variant, variant_of

DESIGNS = ("factorial", "alone", "leave-one-out", "cumulative")
DOCUMENT = "membench-attribution"
ATTRIBUTION_FILE = "attribution.json"
METER = "peak_rss"
NOTICEABLE_BYTES = 64 * KIB  # sixteen pages; the same trial gives the same page count twice
DEFAULT_TIMEOUT_SECONDS = 300.0

SWITCHES = tuple(f"fix-{fix:d}" for fix in Fix)
ORDER = tuple(f"fix-{fix:d}" for fix in PRIORITY)


@click.command(name="attribute")
@click.option(
    "--suite", "suite_name", type=click.Choice([LEAGUE]), help="The league also where pyproject.toml has workloads."
)
@click.option("--scenario", default=league.DEFAULT_SCENARIO, show_default=True, metavar="S", help="Scenario.")
@click.option(
    "--design",
    type=click.Choice(DESIGNS),
    default="factorial",
    show_default=True,
    help="Which combinations to measure; factorial takes all 128 and gives every figure.",
)
@click.option(
    "--repeats", type=click.IntRange(1, 10_000), default=1, show_default=True, metavar="N", help="Trials of each."
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), default=2, show_default=True, metavar="N", help="Trials side by side."
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, 86_400, min_open=True),
    default=DEFAULT_TIMEOUT_SECONDS,
    show_default=True,
    metavar="S",
    help="Seconds that one trial may take.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Keep readings and results there."
)
@click.option("--resume", is_flag=True, help="Take up the run that --out has the readings of.")
@click.option("--format", "form", type=click.Choice(["console", "json"]), default="console", show_default=True)
def command(
    suite_name: str | None,
    scenario: str,
    design: str,
    repeats: int,
    jobs: int,
    timeout: float,
    out: Path | None,
    resume: bool,
    form: str,
) -> int:
    """Say which fix bought which megabytes.

    What a fix saves alone, what is lost when it alone is left out, what it adds to those before it, and its exact
    share of the whole (the Shapley value) are four different figures: fixes replace one another. The seven shares
    add up to the whole saving, to the byte.

    \b
    membench attribute --scenario league
    membench attribute --scenario league-large --design alone
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    if resume and out is None:
        raise UsageError("--resume takes up the readings of an earlier run: give its folder with --out DIR.")
    require_league("attribute", suite_name)
    settings = league.read_settings(os.environ)
    combinations = _combinations(design)
    names = {combination: str(_variant(combination)) for combination in combinations}
    workloads = league.workloads([scenario], list(names.values()), settings)
    session = Session.begin(
        settings,
        time_limit_seconds=timeout,
        jobs=jobs,
        folder=writable_folder(out) if out is not None else None,
        resume=resume,
    )
    results = session.measure(workloads, [METER], repeats, progress_of)
    document = _document(scenario, names, {sample.variant: sample for sample in results.samples})
    if out is not None:
        write_results(results, out)
        with atomic_writer(out / ATTRIBUTION_FILE) as file:
            dump_json(document, file)
    if form == "json":
        print_json(document)
    else:
        _print(document)
    return EXIT_TRIAL_FAILED if document["missing"] else EXIT_OK


def _combinations(design: str) -> list[Combination]:
    match design:
        case "alone":
            return attribution.one_at_a_time(SWITCHES)
        case "leave-one-out":
            return attribution.leave_one_out(SWITCHES)
        case "cumulative":
            return attribution.cumulative(ORDER)
        case _:
            return attribution.full_factorial(SWITCHES)


def _variant(combination: Combination) -> Variant:
    return variant_of(Fix(int(switch.removeprefix("fix-"))) for switch in combination)


def _document(scenario: str, names: Mapping[Combination, str], samples: Mapping[str, Sample]) -> dict[str, Any]:
    peaks = {
        combination: peak for combination, name in names.items() if (peak := _right_peak(samples[name])) is not None
    }
    document = {
        "scenario": scenario,
        "baseline_bytes": peaks.get(attribution.NOTHING),
        "all_bytes": peaks.get(frozenset(SWITCHES)),
        "fixes": [_fix(share) for share in attribution.shares(SWITCHES, ORDER, peaks)],
        "interactions": [
            asdict(pair) | {"words": pair.words(NOTICEABLE_BYTES)} for pair in attribution.interactions(SWITCHES, peaks)
        ],
        "trials": sum(len(sample.outcomes) for sample in samples.values()),
        "missing": [
            {"variant": name, "failures": list(dict.fromkeys(samples[name].failures))}
            for combination, name in names.items()
            if combination not in peaks
        ],
    }
    return validated(document, DOCUMENT)


def _right_peak(sample: Sample) -> int | None:
    """Give the peak of a sample in which every trial went well: one that loses data saves nothing."""
    return sample.median_bytes if all(outcome is Outcome.OK for outcome in sample.outcomes) else None


def _fix(share: Share) -> dict[str, Any]:
    fix = Fix(int(share.switch.removeprefix("fix-")))
    amounts = {name: value for name, value in asdict(share).items() if name != "switch"}
    return {"fix": share.switch, "title": fix.title, "claim": str(league.claim_of(fix)), **amounts}


def _print(document: Mapping[str, Any]) -> None:
    console = Console()
    baseline, every = document["baseline_bytes"], document["all_bytes"]
    if baseline is not None and every is not None:
        console.print(
            Text(
                f"{document['scenario']}: {format_bytes(baseline)} with nothing fixed, {format_bytes(every)} with all "
                f"seven: {format_bytes(baseline - every)} saved."
            )
        )
    _print_fixes(console, document["fixes"])
    _print_interactions(console, document["interactions"])
    for missing in document["missing"]:
        console.print(Text(f"! {missing['variant']} has no peak: {'; '.join(missing['failures'])}"))
    if document["missing"]:
        console.print(Text("! Figures that take a missing peak are shown as -."))


def _print_fixes(console: Console, fixes: Sequence[Mapping[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("fix", overflow="fold")
    table.add_column("claimed", overflow="fold")
    for heading in ("alone", "left out", "one by one", "share"):
        table.add_column(heading, justify="right", no_wrap=True)
    amounts = ("alone_bytes", "leave_one_out_bytes", "cumulative_bytes", "shapley_bytes")
    for fix in fixes:
        cells = ["-" if fix[name] is None else format_bytes(fix[name]) for name in amounts]
        table.add_row(f"{fix['fix']} {fix['title']}", fix["claim"], *cells)
    console.print(table)


def _print_interactions(console: Console, pairs: Sequence[Mapping[str, Any]]) -> None:
    noticeable = [pair for pair in pairs if abs(pair["bytes"]) >= NOTICEABLE_BYTES]
    for pair in sorted(noticeable, key=lambda pair: -abs(pair["bytes"])):
        console.print(Text(f"- {pair['words']}"))
    if pairs and len(noticeable) < len(pairs):
        console.print(Text(f"- the other {len(pairs) - len(noticeable)} pairs are independent"))
