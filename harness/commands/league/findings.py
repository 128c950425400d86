"""Measures what docs/findings.md says of the seven fixes, and writes it: `make findings`.

It is about the built-in league and nothing else, so it is no verb of membench.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from markupsafe import Markup

from membench.harness.attribution.shapley import Peaks
from membench.harness.commands.command_line import main
from membench.harness.commands.league.claims import right_peak
from membench.harness.commands.league.conclusions import (
    claim_words,
    claims_in_all,
    floor_words,
    letter_words,
    letters_in_all,
    order_words,
    shipping_words,
    substitute_words,
)
from membench.harness.commands.league.real_findings import RealFindings, read_real, real_context
from membench.harness.commands.league.record import FAULTY, FLOORS, SCENARIOS, STEPS, measure
from membench.harness.commands.league.shipping import WORTH_SHIPPING_SHARE, shipping_of
from membench.harness.commands.league.story import MACHINE_LIMIT, LeagueStory, stories
from membench.harness.commands.league.workloads import ORDER, SWITCHES, load_scenario, read_variant
from membench.harness.commands.reporting.growth import growth_section
from membench.harness.commands.reporting.sections import make_report
from membench.harness.errors import UsageError
from membench.harness.model import Results
from membench.harness.store.files import atomic_writer, writable_folder
from membench.harness.store.results import RESULTS_FILE, read_document, read_results
from membench.harness.units import format_bytes
from membench.reports import wording
from membench.reports.document import Attribution, Report, Section
from membench.reports.formats.markdown import markdown_environment, tidied

IMAGES = {"attribution": "attribute-league-large", "growth": "scale"}
"""The charts that are shown, each with the step that draws it: as vectors, two of them stay below 200 KB."""

_TEMPLATE = "findings.md.jinja"


@click.command(name="findings")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Where the measurements are, or with --measure go to.",
)
@click.option("--measure", "measures", is_flag=True, help="Measure first: about half an hour on two CPUs.")
@click.option("--keep", is_flag=True, help="With --measure, leave out what has been measured there already.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE", help="Document to write."
)
def command(folder: Path, measures: bool, keep: bool, out: Path) -> int:
    """Write what the measurements say about the seven fixes."""
    if measures:
        measure(folder, keep=keep)
    text = render(read_findings(folder))
    writable_folder(out.parent)
    for chart, image in _images(folder).items():
        with atomic_writer(writable_folder(out.parent / "images") / image.name) as file:
            file.write(image.read_text(encoding="utf-8"))
        click.echo(f"wrote {out.parent / 'images' / image.name} ({chart})")
    with atomic_writer(out) as file:
        file.write(text)
    click.echo(f"wrote {out}")
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that the document is made of."""

    runs: Report
    faulty: Section
    attributions: Mapping[str, Attribution]  # by scenario
    peaks: Mapping[str, Peaks]  # of every combination, by scenario
    growth: Section
    floors: Mapping[str, Sequence[Mapping[str, Any]]]  # the variants of a floor document, by scenario
    real: RealFindings
    images: Mapping[str, str]  # the names of the files, by chart


def read_findings(folder: Path) -> Findings:
    """Read the documents that the steps have left.

    Raises:
        UnreadableInputError: one is not there, or is not what it should be.
        UsageError: a combination of fixes has no peak.
    """
    runs = read_results(folder / "runs" / RESULTS_FILE)
    attributed = {name: read_results(folder / f"attribute-{name}" / RESULTS_FILE) for name in SCENARIOS}
    scale = read_document(folder / "scale" / "scale.json", "membench-scale")
    scenario = load_scenario(scale["scenario"])
    return Findings(
        runs=_report(runs, attributed.values()),
        faulty=_report(read_results(folder / FAULTY / RESULTS_FILE), ()).sections[0],
        attributions={name: _attribution(name, results) for name, results in attributed.items()},
        peaks={name: _peaks(name, results) for name, results in attributed.items()},
        growth=growth_section(scale, scenario.summary, LeagueStory(scenario, 0).role),
        floors={name.removeprefix("floor-"): _floors(folder, name) for name in FLOORS},
        real=read_real(folder),
        images={chart: image.name for chart, image in _images(folder).items()},
    )


def _floors(folder: Path, name: str) -> Sequence[Mapping[str, Any]]:
    variants: Sequence[Mapping[str, Any]] = read_document(folder / name / STEPS[name].output, "membench-floor")[
        "variants"
    ]
    return variants


def _report(runs: Results, attributed: Iterable[Results]) -> Report:
    """Make the report of the runs; what only the attributions have measured is there to be compared with."""
    known = {(sample.scenario, read_variant(sample.variant)) for sample in runs.samples}
    others = [
        sample
        for results in attributed
        for sample in results.samples
        if (sample.scenario, read_variant(sample.variant)) not in known
    ]
    whole = replace(runs, samples=(*runs.samples, *others))
    return make_report(whole, stories(whole))


def _attribution(scenario: str, results: Results) -> Attribution:
    (section,) = make_report(results, stories(results)).sections
    if section.attribution is None or not section.attribution.interactions:
        raise UsageError(f"Not every combination of the fixes has a peak in {scenario}. Measure again with --measure.")
    return section.attribution


def _peaks(scenario: str, results: Results) -> Peaks:
    story = stories(results)[scenario]
    found = {story.combination(sample.variant): right_peak(sample) for sample in results.samples}
    return {combination: peak for combination, peak in found.items() if combination is not None and peak is not None}


def _images(folder: Path) -> dict[str, Path]:
    found = {chart: sorted((folder / step / "charts").glob(f"{chart}-*.svg")) for chart, step in IMAGES.items()}
    return {chart: paths[0] for chart, paths in found.items() if paths}


def render(findings: Findings) -> str:
    """Put the findings into words."""
    sections = {section.scenario: section for section in findings.runs.sections}
    shipping = shipping_of(list(SWITCHES), findings.peaks)
    claims = claims_in_all([(name, sections[name].claims) for name in SCENARIOS])
    letters = letters_in_all(
        [*((name, sections[name].as_written) for name in SCENARIOS), (FAULTY, findings.faulty.as_written)]
    )
    template = markdown_environment(Path(__file__).parent).get_template(_TEMPLATE)
    text = template.render(
        findings=findings,
        scenarios=SCENARIOS,
        faulty=FAULTY,
        steps=STEPS,
        machine=dict(findings.runs.environment),
        created=findings.runs.created.partition("T")[0],
        shipping=shipping,
        switches=SWITCHES,
        worth=f"{100 * WORTH_SHIPPING_SHARE:.0f} %",
        claims=claims,
        letters=letters,
        conclusions=[
            *shipping_words(shipping, SWITCHES),
            *substitute_words(findings.attributions),
            *order_words(findings.attributions, SWITCHES, ORDER),
            *letter_words(letters),
            *claim_words(claims),
            findings.growth.headline,
            *floor_words(findings.floors, {MACHINE_LIMIT.peak_bytes: MACHINE_LIMIT.label}),
        ],
        wording=wording,
        **real_context(findings.real),
        size=format_bytes,
        shell=Markup,
    )
    return tidied(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], command))
