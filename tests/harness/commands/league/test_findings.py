"""`make findings`: the document from a record, without measuring."""

import json
from pathlib import Path

import click
import pytest
from sample_results import results, sample

from membench.harness.commands.command_line import cli, main
from membench.harness.commands.league.findings import command
from membench.harness.commands.league.real import HEAVY, LIGHT, LIMITS, PARTS, PEAKS
from membench.harness.commands.league.record import (
    EVERY,
    FAULTY,
    FLOORS,
    KIND_VARIANTS,
    KINDS,
    LOSES,
    SCENARIOS,
    STEPS,
    WAYS,
    pool_step,
)
from membench.harness.commands.league.workloads import VARIANTS
from membench.harness.store.results import write_results
from membench.harness.units import MIB
from membench.pipelines.variant import all_combinations, parse_variant

ROOT = Path(__file__).parents[4]
SLOPES = {"baseline": 5000.0, "all": 110.0, "bounded": 0.0}


def peak(variant: str) -> int:
    """Let fixes 1, 2 and 3 replace each other, fix 4 save something beside them, and the rest nothing."""
    fixes = {str(form) for form in parse_variant(variant).forms[:3]}
    accumulates = fixes == {"before"}
    hidden = 0 if accumulates or str(parse_variant(variant).forms[3]) == "before" else 5
    return (100 if accumulates else 40 - hidden) * MIB


def write(folder: Path, name: str, variants: list[str], scenarios: tuple[str, ...]) -> None:
    place = folder / name
    place.mkdir(parents=True)
    write_results(results(*(sample(one, (peak(one),), scenario=it) for it in scenarios for one in variants)), place)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Write a record in which every peak is known beforehand."""
    write(tmp_path, "runs", list(VARIANTS), SCENARIOS)
    write(tmp_path, FAULTY, list(VARIANTS), (FAULTY,))
    for scenario in SCENARIOS:
        write(tmp_path, f"attribute-{scenario}", list(map(str, all_combinations())), (scenario,))
    entries = [
        {
            "variant": variant,
            "sizes": [100, 1000, 10_000],
            "peak_bytes": [20 * MIB + round(slope * size) for size in (100, 1000, 10_000)],
            "intercept_bytes": 20.0 * MIB,
            "slope_bytes_per_team": slope,
            "slope_low": slope - 1,
            "slope_high": slope + 1,
            "straight": True,
            "largest_residual_bytes": 0.0,
            "rise_bytes": round(slope * 9900),
            "held_identifier_bytes_per_team": 0.0,
        }
        for variant, slope in SLOPES.items()
    ]
    (tmp_path / "scale" / "charts").mkdir(parents=True)
    (tmp_path / "scale" / "charts" / "growth-league-light.svg").write_text("<svg/>")
    (tmp_path / "scale" / "scale.json").write_text(
        json.dumps({"scenario": "league-light", "variants": entries, "failures": []})
    )
    for name in FLOORS:
        write_floor(tmp_path, name, ["all"], limit=2_000_000_000)
    write_real(tmp_path)
    return tmp_path


def write_floor(folder: Path, name: str, variants: list[str], limit: int) -> None:
    at = {"limit_bytes": limit, "finishes": True, "outcome": "ok"}
    floor = {"floor_bytes": 18 * MIB, "limit": "cgroup-v1", "peak_bytes": 20 * MIB, "at": at, "failure": ""}
    document = {"scenario": STEPS[name].arguments[2], "variants": [{"variant": one, **floor} for one in variants]}
    (folder / name).mkdir()
    (folder / name / STEPS[name].output).write_text(json.dumps(document))


def write_real(folder: Path) -> None:
    """Let pages remember: nothing but a page for each operation helps, and each real line is met but one."""
    for name in KINDS:
        own = [line for line in PEAKS if (line.scenario, line.teams, line.pool) == (name, None, None)]
        middles = {line.variant: (line.low + line.high) // 2 for line in own}
        write_peaks(folder, name, name, dict.fromkeys(KIND_VARIANTS, 1000) | middles)
    write_peaks(folder, EVERY, LIGHT, {LOSES: 430})
    for pool in (1, 3):
        write_peaks(folder, pool_step(pool), HEAVY, {"baseline": 1800})
    ways = {f"{fixes}{way}": 30 for fixes in ("fix-7", "fix-3+7") for way in WAYS}
    write_peaks(folder, "fix-7", "league", {"baseline": 60, "fix-3": 31, **ways})
    write_peaks(folder, "incident-measured", "incident-measured", {"sequential": 1250, "baseline": 1600, "all": 1650})
    parts = {(line.workload, line.variant): line.low for line in PARTS}
    parts |= {(line.workload, line.variant_below): 0 for line in PARTS if line.above == "nothing"}
    samples = [sample(variant, (peak * MIB,), scenario=workload) for (workload, variant), peak in parts.items()]
    (folder / "weights").mkdir()
    write_results(results(*samples), folder / "weights")
    sized = [
        {
            "variant": line.variant,
            "sizes": [100, 500],
            "peak_bytes": [400 * MIB, line.low * MIB],
            "intercept_bytes": 1.0,
            "slope_bytes_per_team": 1.0,
            "slope_low": 1.0,
            "slope_high": 1.0,
            "straight": True,
            "largest_residual_bytes": 0.0,
            "rise_bytes": 1,
            "held_identifier_bytes_per_team": 0.0,
        }
        for line in PEAKS
        if line.teams
    ]
    (folder / "scale-chromium").mkdir()
    (folder / "scale-chromium" / "scale.json").write_text(
        json.dumps({"scenario": LIGHT, "variants": sized, "failures": []})
    )
    remedy = {"fix": "cache-off", "title": "the back-forward cache off", "claim": ""} | dict.fromkeys(
        ("alone_bytes", "leave_one_out_bytes", "cumulative_bytes", "shapley_bytes"), 7 * MIB
    )
    attribution = {
        "scenario": HEAVY,
        "design": "factorial",
        "baseline_bytes": 9,
        "all_bytes": 9,
        "fixes": [remedy],
        "interactions": [],
        "trials": 1,
        "missing": [],
    }
    (folder / "attribute-remedies").mkdir()
    (folder / "attribute-remedies" / "attribution.json").write_text(json.dumps(attribution))
    write_floor(folder, "limit-chromium", [line.variant for line in LIMITS], limit=1000 * MIB)


def write_peaks(folder: Path, step: str, scenario: str, mib: dict[str, int]) -> None:
    (folder / step).mkdir()
    samples = [sample(variant, (peak * MIB,), scenario=scenario) for variant, peak in mib.items()]
    write_results(results(*samples), folder / step)


def test_what_to_ship_follows_from_the_record_and_each_figure_stands_below_its_command(record: Path) -> None:
    out = record / "docs" / "findings.md"
    assert main(["--from", str(record), "--out", str(out)], command) == 0
    text = out.read_text()
    assert "Ship fix 1 (stream results) first: it saves 60.00 MiB of league" in text
    assert "Ship fix 4 (incremental validation) next: it saves 5.00 MiB of league" in text
    assert "fix-1, fix-2 and fix-3 replace one another: fix-1 alone saves 92 % of what all save together" in text
    assert "league-large finishes with all" in text
    substitutes = "Fix 1 (stream results), fix 2 (minimal results) and fix 3 (clear batches) replace one another"
    assert f"{substitutes} in every scenario" in text
    assert "bounded is flat as far as these sizes show" in text
    assert all(step.shown in text for step in STEPS.values())
    assert (out.parent / "images" / "growth-league-light.svg").exists()
    assert "images/growth-league-light.svg" in text


def test_every_line_of_the_real_browser_stands_beside_the_models_with_its_difference(record: Path) -> None:
    out = record / "findings.md"
    assert main(["--from", str(record), "--out", str(out)], command) == 0
    text = out.read_text()
    for line in PEAKS:
        rows = [row for row in text.splitlines() if row.startswith(f"| {line.title} |") and "of the middle" in row]
        assert rows, line
    assert "| baseline, pool of 3 | 1,827-1,845 | 1,800 | -2.0 % of the middle, -1.5 % beyond |" in text
    assert "| the same after 50 documents | 1,045 | 1,045 | +0.0 % of the middle, within |" in text
    assert "| sequential | killed | finishes |" in text
    assert "| replace-pages | finishes | finishes |" in text
    assert "agree on 1 of 4 variants" in text


def test_a_kind_of_program_is_told_by_what_helps_it(record: Path) -> None:
    out = record / "findings.md"
    assert main(["--from", str(record), "--out", str(out)], command) == 0
    text = out.read_text()
    assert "ship page-per-operation (-77 %); none of the seven moves the peak by a tenth" in text
    assert "ship fix-2 (-67 %); of the seven" in text or "ship fix-1 (-67 %); of the seven" in text


def test_the_same_record_gives_the_same_document(record: Path) -> None:
    one, two = record / "one.md", record / "two.md"
    assert main(["--from", str(record), "--out", str(one)], command) == 0
    assert main(["--from", str(record), "--out", str(two)], command) == 0
    assert one.read_text() == two.read_text()


def test_a_record_without_all_combinations_is_refused(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    some = [str(one) for one in all_combinations()][:-1]
    (record / "attribute-league" / "results.json").unlink()
    (record / "attribute-league").rmdir()
    write(record, "attribute-league", some, ("league",))
    assert main(["--from", str(record), "--out", str(record / "x.md")], command) == 2
    assert "Not every combination" in capsys.readouterr().err
    assert not (record / "x.md").exists()


def test_a_broken_or_missing_document_is_named(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (record / "scale" / "scale.json").write_text('{"scenario": 1}')
    assert main(["--from", str(record), "--out", str(record / "x.md")], command) == 2
    assert "scale.json is no valid scale document" in capsys.readouterr().err
    assert main(["--from", str(record / "nowhere"), "--out", str(record / "x.md")], command) == 2
    assert "Cannot read" in capsys.readouterr().err


def test_every_command_of_the_record_is_one_that_membench_takes() -> None:
    for step in STEPS.values():
        verb = cli.get_command(click.Context(cli), step.arguments[0])
        assert verb is not None
        verb.make_context(step.arguments[0], list(step.arguments[1:]))
        assert (ROOT / step.folder).is_dir(), step.shown
