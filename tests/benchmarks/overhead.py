"""What `membench measure` adds to the time of a program: printed as a Markdown table.

    python tests/benchmarks/overhead.py --rounds 11 --only make

Each round runs every program bare, under `setarch -R` (with addresses not randomised, as membench has them), under
membench, and under membench with tracing, in an order drawn anew. The programs tell how long their own part took. A
loop of the interpreter is as much as 10 % faster or slower by where its memory happens to lie, which the second row
shows; hashing is not.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import click

BARE = "bare"
PREFIXES: dict[str, tuple[str, ...]] = {
    BARE: (),
    "`setarch -R`": ("setarch", "-R"),
    "`membench measure`": (str(Path(sys.executable).with_name("membench")), "measure", "--"),
    "`membench measure --trace`": (str(Path(sys.executable).with_name("membench")), "measure", "--trace", "--"),
}
SOURCES = 200
_TIMED = """
import hashlib, os, subprocess, sys, time
def start_many():
    for _ in range(1000): os.waitpid(os.posix_spawn("/bin/true", ["true"], os.environ), 0)
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
    "1,000 starts of `true`": (sys.executable, "-S", "-c", _TIMED.format(body="start_many()")),
    "`make -j2` of 200 C files": (
        sys.executable,
        "-S",
        "-c",
        _TIMED.format(body="subprocess.run(['make', '-B', '-s', '-j2', '-C', sys.argv[1]], check=True)"),
        "{project}",
    ),
}


class Run(NamedTuple):
    """Seconds of one run."""

    whole: float
    inside: float | None  # as the program itself read it


def write_project(folder: Path) -> None:
    """Write C files and a makefile for them."""
    for number in range(SOURCES):
        body = f'char text[64]; snprintf(text, sizeof text, "%d", value); return atoi(text) + {number};'
        includes = "".join(f"#include <{name}.h>\n" for name in ("stdio", "stdlib", "string", "math", "time"))
        (folder / f"part{number}.c").write_text(
            f"{includes}int part{number}(int value) {{ {body} }}\n", encoding="ascii"
        )
    (folder / "Makefile").write_text("all: $(patsubst %.c,%.o,$(wildcard *.c))\n", encoding="ascii")


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
    parser.add_argument("--rounds", type=int, default=11, metavar="N", help="runs of each program in each way")
    parser.add_argument("--only", default="", metavar="TEXT", help="the programs whose names have this in them")
    given = parser.parse_args()
    click.echo("| program | run | median | more than bare | ratio | ratio inside the program |")
    click.echo("|---|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        write_project(Path(folder))
        for name, program in PROGRAMS.items():
            if given.only in name:
                text = [word.replace("{project}", folder) for word in program]
                click.echo("\n".join(rows(name, compare(text, given.rounds))))


if __name__ == "__main__":
    main()
