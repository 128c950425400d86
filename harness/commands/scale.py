"""`membench scale`: how the peak grows with the number of teams."""

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from membench.harness.commands.league.story import LeagueStory
from membench.harness.commands.league.workloads import (
    identifiers_of,
    load_scenario,
    read_settings,
    sized_name,
    sized_workload,
)
from membench.harness.commands.reporting.growth import growth_section
from membench.harness.commands.reporting.sections import make_report
from membench.harness.commands.suite_choice import LEAGUE, require_league
from membench.harness.commands.terminal import options, output
from membench.harness.commands.terminal.documents import print_json
from membench.harness.commands.terminal.progress import progress_of
from membench.harness.errors import EXIT_OK, EXIT_TRIAL_FAILED, UsageError
from membench.harness.model import Outcome, Results, Sample
from membench.harness.runs.session import Session
from membench.harness.statistics.line import FEWEST_POINTS, Line, fit_line
from membench.harness.store.files import write_json
from membench.harness.store.schemas import validated
from membench.reports.document import Report

METER = "peak_rss"
DOCUMENT = "membench-scale"
SCALE_FILE = "scale.json"
DEFAULT_SCENARIO = "league-light"
DEFAULT_VARIANTS = ("baseline", "all", "bounded")
DEFAULT_SIZES = "100,1000,3000,10000"
LARGEST_SIZE = 1_000_000
DEFAULT_TIMEOUT_SECONDS = 900.0


@click.command(name="scale")
@click.option(
    "--suite", "suite_name", type=click.Choice([LEAGUE]), help="The league also where pyproject.toml has workloads."
)
@click.option("--scenario", default=DEFAULT_SCENARIO, show_default=True, metavar="S", help="Scenario.")
@click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="V",
    help=f"Variant; may be given again. Default: {', '.join(DEFAULT_VARIANTS)}.",
)
@click.option("--sizes", default=DEFAULT_SIZES, show_default=True, metavar="N,N,...", help="Numbers of teams.")
@options.without_asv("Its variants are its sizes already: membench run --asv DIR shows the peak of each.")
@options.repeats(1, most=1000)
@options.jobs(2)
@options.timeout(DEFAULT_TIMEOUT_SECONDS)
@options.out("Keep readings, report and chart there.")
@options.resume()
@options.output_format()
def command(
    suite_name: str | None,
    scenario: str,
    variants: Sequence[str],
    sizes: str,
    repeats: int,
    jobs: int,
    timeout: float,
    out: Path | None,
    resume: bool,
    output_format: str,
) -> int:
    """Show how the peak grows with the number of teams.

    A line is fitted to the peaks, and checked: a variant whose peaks do not lie on one is said to have none. What
    every variant puts out at one size must be the same.

    \b
    membench scale --sizes 100,1000,10000,100000
    membench scale --scenario league --variant all --sizes 100,200,400
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    require_league("scale", suite_name)
    settings = read_settings(os.environ)
    counts = _parse_sizes(sizes)
    names = list(dict.fromkeys(variants or DEFAULT_VARIANTS))
    workloads = [sized_workload(scenario, variant, count, settings) for count in counts for variant in names]
    session = Session.begin(
        settings,
        time_limit_seconds=timeout,
        jobs=jobs,
        folder=output.folder_to_keep(out, resume=resume),
        resume=resume,
    )
    results = session.measure(workloads, [METER], repeats, progress_of)
    samples = {(sample.scenario, sample.variant): sample for sample in results.samples}
    table = {variant: [samples[sized_name(scenario, count), variant] for count in counts] for variant in names}
    document = validated(_document(scenario, counts, table), DOCUMENT)
    report = _report(document, results)
    if out is not None:
        paths = [write_json(document, out / SCALE_FILE), *output.write_report(report, out, output.WRITTEN)]
        output.announce(paths, to_stderr=output_format == "json")
    if output_format == "json":
        print_json(document)
    else:
        output.print_growth(report)
    return EXIT_TRIAL_FAILED if document["failures"] else EXIT_OK


def _parse_sizes(text: str) -> list[int]:
    counts = [
        int(piece) if piece.isascii() and piece.isdigit() and len(piece) <= len(str(LARGEST_SIZE)) else 0
        for piece in text.split(",")
    ]
    if len(set(counts)) < FEWEST_POINTS or not all(1 <= count <= LARGEST_SIZE for count in counts):
        raise UsageError(
            f"--sizes takes at least {FEWEST_POINTS} different whole numbers from 1 to {LARGEST_SIZE:,}, "
            f"such as {DEFAULT_SIZES}; not {text!r}."
        )
    return sorted(set(counts))


def _document(scenario: str, counts: Sequence[int], table: dict[str, list[Sample]]) -> dict[str, Any]:
    return {
        "scenario": scenario,
        "variants": [_variant(scenario, variant, counts, samples) for variant, samples in table.items()],
        "failures": [*_failures(table), *_differing(counts, table)],
    }


def _variant(scenario: str, variant: str, counts: Sequence[int], samples: Sequence[Sample]) -> dict[str, Any]:
    points = [
        (count, sample.median_bytes)
        for count, sample in zip(counts, samples, strict=True)
        if sample.median_bytes is not None and all(outcome is Outcome.OK for outcome in sample.outcomes)
    ]
    sizes, peaks = [count for count, _ in points], [peak for _, peak in points]
    line = fit_line(sizes, peaks) if len(points) >= FEWEST_POINTS else None
    return {
        "variant": variant,
        "sizes": sizes,
        "peak_bytes": peaks,
        "rise_bytes": peaks[-1] - peaks[0] if peaks else None,
        "held_identifier_bytes_per_team": _identifier_bytes(scenario, sizes) if variant != "bounded" else 0.0,
        **_fit(line),
    }


def _fit(line: Line | None) -> dict[str, Any]:
    if line is None:
        names = (
            "intercept_bytes",
            "slope_bytes_per_team",
            "slope_low",
            "slope_high",
            "straight",
            "largest_residual_bytes",
        )
        return dict.fromkeys(names)
    fit = asdict(line)
    return {"slope_bytes_per_team": fit.pop("slope_bytes"), **fit}


def _identifier_bytes(scenario: str, sizes: Sequence[int]) -> float | None:
    """Tell what the set of scraped identifiers takes for each team of the largest size."""
    if not sizes:
        return None
    ids = {identifier for team in range(sizes[-1]) for identifier in identifiers_of(scenario, team)}
    return (sys.getsizeof(ids) + sum(map(sys.getsizeof, ids))) / sizes[-1]


def _failures(table: dict[str, list[Sample]]) -> list[str]:
    return [
        f"{sample.scenario}/{variant}: {failure}"
        for variant, samples in table.items()
        for sample in samples
        for failure in dict.fromkeys(sample.failures)
    ]


def _differing(counts: Sequence[int], table: dict[str, list[Sample]]) -> list[str]:
    """Find the sizes at which the variants do not all put out the same."""
    by_size = zip(counts, zip(*table.values(), strict=True), strict=True)
    return [
        f"at {count} teams the variants put out different things"
        for count, samples in by_size
        if len({sample.digest for sample in samples if sample.digest is not None}) > 1
    ]


def _report(document: dict[str, Any], results: Results) -> Report:
    """Make the report; that a trial failed is among its warnings."""
    scenario = load_scenario(document["scenario"])
    story = LeagueStory(scenario, 0)
    report = make_report(replace(results, samples=()), {})
    section = growth_section(document, scenario.summary, story.role)
    return replace(report, sections=(section,), warnings=(*report.warnings, *document["failures"]))
