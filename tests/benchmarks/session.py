"""What the plugin adds to a test session of 5,000 trivial tests: printed as a Markdown table.

    python tests/benchmarks/session.py --rounds 7

Each round runs the session without the plugin, with the plugin idle, and with `--membench`, in an order drawn anew.
The ratios are of one round each, so what slows the whole machine down is in both. Processor time is steadier.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import click

TESTS, FILES = 5_000, 20
PLUGIN = ("-p", "membench.harness.pytest_plugin")
WITHOUT = "without the plugin"
WAYS: dict[str, Sequence[str]] = {WITHOUT: (), "idle": PLUGIN, "`--membench`": (*PLUGIN, "--membench")}


class Cost(NamedTuple):
    """Seconds of one session."""

    wall: float
    processor: float


def write_tests(folder: Path) -> None:
    """Write the tests."""
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    each = TESTS // FILES
    for file in range(FILES):
        lines = (f"def test_{number}():\n    assert {number} + 1\n" for number in range(each))
        (folder / f"test_file_{file:02}.py").write_text("".join(lines), encoding="utf-8")


def run(folder: Path, options: Sequence[str]) -> Cost:
    """Run the session once."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


@click.command()
@click.option("--rounds", default=7, show_default=True)
def main(rounds: int) -> None:
    """Print the table."""
    costs: dict[str, list[Cost]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tests(folder)
        run(folder, PLUGIN)  # compiles, and fills the page cache
        for _ in range(rounds):
            for way in random.sample(list(WAYS), len(WAYS)):
                costs[way].append(run(folder, WAYS[way]))
    click.echo(
        "| session | processor time, median | ratio, median | least | wall time, median | ratio, median | least |"
    )
    click.echo("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for way, taken in costs.items():
        cells = []
        for unit in Cost._fields:
            own, base = ([getattr(cost, unit) for cost in some] for some in (taken, costs[WITHOUT]))
            ratios = [one / other for one, other in zip(own, base, strict=True)]
            cells.insert(0, f"{median(own):.2f} s | {median(ratios):.3f} | {min(own) / min(base):.3f}")
        click.echo(f"| {way} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
