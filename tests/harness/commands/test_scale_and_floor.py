"""`membench scale` and `membench floor`, on small leagues."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from command_line import membench
from delegated_cgroups import needs_cgroups

from membench.harness.commands.floor import _floor, largest_limit
from membench.harness.model import Outcome, Reading, Trial, Workload
from membench.harness.store.schemas import validator
from membench.harness.units import MIB


@pytest.mark.slow
def test_what_accumulates_grows_with_the_teams_and_what_is_bounded_does_not() -> None:
    done = membench("scale", "--sizes", "100,400,1600", "--format", "json")
    assert done.returncode == 0
    document: dict[str, Any] = json.loads(done.stdout)
    validator("membench-scale").validate(document)
    by_variant = {entry["variant"]: entry for entry in document["variants"]}
    assert list(by_variant) == ["baseline", "all", "bounded"]
    assert by_variant["baseline"]["slope_low"] > by_variant["all"]["slope_high"]
    assert by_variant["bounded"]["rise_bytes"] <= 1024 * 1024
    assert document["failures"] == []


@pytest.mark.slow
def test_a_run_of_sizes_is_kept_with_its_report_and_chart_and_taken_up_again(tmp_path: Path) -> None:
    sizes = ("--scenario", "smoke", "--sizes", "2,4,6", "--out", str(tmp_path), "--format", "json")
    first = membench("scale", *sizes)
    assert first.returncode == 0
    assert json.loads((tmp_path / "scale.json").read_text()) == json.loads(first.stdout)
    assert (tmp_path / "charts" / "growth-smoke.png").exists()
    assert "### Peak by number of teams" in (tmp_path / "report.md").read_text()
    assert membench("scale", *sizes, "--resume").stdout == first.stdout


def test_resuming_sizes_without_a_folder_is_wrong_use() -> None:
    done = membench("scale", "--resume")
    assert done.returncode == 2
    assert "--out" in done.stderr


def test_a_curve_is_not_called_a_line() -> None:
    # Batches are of ten teams: below that only what is in flight grows, and from there on nothing.
    done = membench("scale", "--scenario", "league", "--variant", "fix-3", "--sizes", "1,10,100")
    assert done.returncode == 0
    assert "not a straight line" in " ".join(done.stdout.split())


@pytest.mark.parametrize("sizes", ["1", "1,2", "a,b,c", "0,1,2", "1,2,99999999", "1,,2,3", "1,1,1"])
def test_sizes_that_make_no_line_are_wrong_use(sizes: str) -> None:
    done = membench("scale", "--sizes", sizes)
    assert done.returncode == 2
    assert "--sizes" in done.stderr


@dataclass(frozen=True, kw_only=True)
class NeverUnderALimit:
    """Trials that finish without a limit, and under none."""

    memory_limit_bytes: int | None = None
    tried: list[int] = field(default_factory=list)

    def run(self, trial: Trial, cpu: int) -> Reading:
        if self.memory_limit_bytes is not None:
            self.tried.append(self.memory_limit_bytes)
        return Reading(
            scenario=trial.workload.scenario,
            variant=trial.workload.variant,
            meter=trial.meter,
            repeat=0,
            outcome=Outcome.OK if self.memory_limit_bytes is None else Outcome.OUT_OF_MEMORY,
            peak_bytes=30 * MIB,
            wall_seconds=0.1,
        )


def test_the_search_for_a_floor_ends_at_the_memory_of_the_machine_and_says_so() -> None:
    trials = NeverUnderALimit()
    workload = Workload(scenario="s", variant="v", target="t", parameters={}, import_paths=())
    floor = _floor(trials, workload, None)  # type: ignore[arg-type]  # a fake: all that it takes
    assert floor.floor_bytes is None
    assert "this machine has no more to give" in floor.failure
    assert max(trials.tried) == largest_limit()


@pytest.mark.slow
@needs_cgroups
def test_floors_are_ordered_as_the_peaks_are_and_a_limit_between_them_is_judged() -> None:
    done = membench("floor", "--scenario", "league", "--at", "32 MiB", "--format", "json")
    assert done.returncode == 0
    document: dict[str, Any] = json.loads(done.stdout)
    validator("membench-floor").validate(document)
    baseline, every = document["variants"]
    assert baseline["floor_bytes"] > every["floor_bytes"]
    assert baseline["at"]["finishes"] is False
    assert every["at"]["finishes"] is True
    assert baseline["limit"] == every["limit"]


@needs_cgroups
def test_the_floor_of_a_projects_own_workload_is_found(tmp_path: Path) -> None:
    (tmp_path / "jobs.py").write_text("def hold(mib):\n    return b'x' * (mib * 1024 * 1024)\n")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.membench.workloads.hold]\ncall = "jobs:hold"\nparams = { mib = [8, 64] }\n'
    )
    done = membench("floor", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["scenario"] == "hold"
    small, large = (entry["floor_bytes"] for entry in document["variants"])
    assert large - small == pytest.approx(56 * MIB, abs=8 * MIB)


@pytest.mark.parametrize("args", [("--at", "64 quux"), ("--scenario", "nosuch"), ("--variant", "fix-9")])
def test_wrong_use_of_floor_ends_with_2(args: tuple[str, ...]) -> None:
    done = membench("floor", *args)
    assert done.returncode == 2
    assert done.stderr.count("\n") <= 2
