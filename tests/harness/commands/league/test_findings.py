"""`make findings`: the document from a record, without measuring."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sample_results import results, sample

from membench.harness.commands.command_line import main
from membench.harness.commands.league.findings import FAULTY, SCENARIOS, STEPS, command
from membench.harness.commands.league.workloads import VARIANTS
from membench.harness.store.results import write_results
from membench.harness.units import MIB
from membench.pipelines.variant import all_combinations, parse_variant

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
    for step in STEPS.values():
        if step.output:
            at = {"limit_bytes": 2_000_000_000, "finishes": True, "outcome": "ok"}
            floor = {"variant": "all", "floor_bytes": 18 * MIB, "limit": "cgroup-v1", "peak_bytes": 20 * MIB}
            document = {"scenario": step.arguments[2], "variants": [floor | {"at": at, "failure": ""}]}
            (tmp_path / step.name).mkdir()
            (tmp_path / step.name / step.output).write_text(json.dumps(document))
    return tmp_path


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
        done = subprocess.run(
            [sys.executable, "-m", "membench", *step.arguments, "--help"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, step.shown
