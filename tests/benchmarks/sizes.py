"""What `membench size` recommends, held against runs: prints a Markdown table.

    python tests/benchmarks/sizes.py --rounds 5

Each workload is sized. Then it runs under the recommended limit and without one, in turn; and under 0.9 of its floor.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import replace
from statistics import median
from typing import Any

import click

from membench.harness.commands import size as verb
from membench.harness.model import Outcome
from membench.harness.runs.session import Session
from membench.harness.units import format_bytes

PROGRAMS = {
    "parses orders": "import json; kept = [json.loads('[%s]' % ','.join(['{\"a\": 1}'] * 2000)) for _ in range(60)]",
    "sorts lines": "import random; lines = [str(random.random()) for _ in range(400_000)]; lines.sort()",
    "writes and reads a file": (
        "import os, tempfile\n"
        "held = bytearray(b'x') * (24 << 20)\n"
        "with tempfile.TemporaryFile() as file:\n"
        "    for _ in range(48): file.write(os.urandom(1 << 20))\n"
        "    for _ in range(6):\n"
        "        file.seek(0)\n"
        "        while file.read(1 << 20): held[::4096] = b'y' * (len(held) // 4096)\n"
    ),
}
WORKLOADS: dict[str, list[str]] = {
    "league-large": ["league-large"],
    "incident": ["incident"],
    **{name: [sys.executable, "-c", code] for name, code in PROGRAMS.items()},
}


def sized(text: list[str]) -> dict[str, Any]:
    """Have it sized."""
    command = [sys.executable, "-m", "membench", "size", "--format", "json", "--", *text]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def row(name: str, text: list[str], rounds: int) -> str:
    """Size one, run it, and write its line."""
    document = sized(text)
    suite, workloads = verb._chosen(text, None, ())
    session = Session.begin(suite.settings if suite else {}, time_limit_seconds=verb.DEFAULT_TIMEOUT_SECONDS, jobs=1)
    ratios, outcomes = [], []
    with session.isolation.held() as isolation:
        limited = replace(isolation, memory_limit_bytes=document["limit_bytes"])
        for _ in range(rounds):
            free = verb._run(isolation, workloads[0])
            under = verb._run(limited, workloads[0])
            ratios.append(under.wall_seconds / free.wall_seconds)
            outcomes.append(under.outcome)
        short = replace(isolation, memory_limit_bytes=round(document["floor_bytes"] * 0.9))
        failed = verb._run(short, workloads[0]).outcome
    finished = sum(outcome is Outcome.OK for outcome in outcomes)
    sizes = [format_bytes(document[f"{what}_bytes"]) for what in ("peak", "floor", "request", "limit")]
    return f"| {name} | {' | '.join(sizes)} | {finished} of {rounds} | {median(ratios):.2f} | {failed} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", choices=list(WORKLOADS), default=[])
    arguments = parser.parse_args()
    click.echo(
        "| workload | peak | floor | request | limit | finished under the limit | time, median | at 0.9 of the floor |"
    )
    click.echo("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for name in arguments.only or WORKLOADS:
        click.echo(row(name, WORKLOADS[name], arguments.rounds))


if __name__ == "__main__":
    main()
