"""What `membench measure` adds to the time of a program: printed as a Markdown table.

    python tests/benchmarks/overhead.py --rounds 15

Each round runs every program bare, under `setarch -R` (with addresses not randomised, as membench has them) and under
membench, in an order drawn anew. The programs tell how long their own part took. A loop of the interpreter is as much
as 10 % faster or slower by where its memory happens to lie, which the middle column shows; hashing is not.
"""

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import click

BARE = "bare"
PREFIXES: dict[str, tuple[str, ...]] = {
    BARE: (),
    "`setarch -R`": ("setarch", "-R"),
    "`membench measure`": (sys.executable, "-m", "membench", "measure", "--repeats", "1", "--"),
}
_TIMED = """
import hashlib, time
block, start = bytes(1 << 20), time.perf_counter()
{body}
print(time.perf_counter() - start)
"""
PROGRAMS: dict[str, tuple[str, ...]] = {
    "`true`": ("true",),
    "hashing, 5 s": (
        sys.executable,
        "-S",
        "-c",
        _TIMED.format(body="for _ in range(8500): hashlib.sha256(block).digest()"),
    ),
    "interpreter loop, 5 s": (
        sys.executable,
        "-S",
        "-c",
        _TIMED.format(body="total = 0\nfor number in range(72_000_000): total += number"),
    ),
}


class Run(NamedTuple):
    """Seconds of one run."""

    whole: float
    inside: float | None  # as the program itself read it


def timed(command: Sequence[str]) -> Run:
    """Run a command and time it."""
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    whole = time.perf_counter() - start
    return Run(whole, float(done.stdout) if done.stdout else None)


def compare(program: Sequence[str], rounds: int) -> dict[str, list[Run]]:
    """Run a program in every way so many times, in turn."""
    runs: dict[str, list[Run]] = {way: [] for way in PREFIXES}
    for _ in range(rounds):
        for way in random.sample(list(PREFIXES), len(PREFIXES)):
            runs[way].append(timed([*PREFIXES[way], *program]))
    return runs


def rows(name: str, runs: dict[str, list[Run]]) -> list[str]:
    """Write one row a way: medians, and by how much they exceed those of the bare program."""
    whole = {way: median(run.whole for run in taken) for way, taken in runs.items()}
    inside = {way: [run.inside for run in taken if run.inside is not None] for way, taken in runs.items()}
    return [
        f"| {name} | {way} | {whole[way]:.3f} s | {1000 * (whole[way] - whole[BARE]):+.0f} ms "
        f"| {whole[way] / whole[BARE]:.3f} | "
        + (f"{median(inside[way]) / median(inside[BARE]):.3f} |" if inside[BARE] else "|")
        for way in runs
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Print what membench adds to the time of a program.")
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="runs of each program in each way")
    rounds = parser.parse_args().rounds
    click.echo("| program | run | median | more than bare | ratio | ratio inside the program |")
    click.echo("|---|---|---:|---:|---:|---:|")
    for name, program in PROGRAMS.items():
        click.echo("\n".join(rows(name, compare(program, rounds))))


if __name__ == "__main__":
    main()
