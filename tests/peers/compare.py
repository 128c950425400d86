"""Puts membench beside the other tools that report a peak: one table of one run on the same two programs."""

import argparse
import datetime as dt
import os
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from peer_runs import Outcome, run_all
from peer_table import markdown_table, rows, terminal_table
from peer_tools import BARE, TOOLS
from rich.console import Console

from membench.harness.units import GIB

HERE = Path(__file__).resolve().parent
PROGRAMS = (HERE / "programs" / "spike.py", HERE / "programs" / "accumulate.py")
DOCUMENT = HERE.parents[1] / "docs" / "peers.md"
WIDTH_OF_A_LOG = 180
MEMINFO = Path("/proc/meminfo")


def main(argv: Sequence[str]) -> int:
    options = _options(argv)
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH_OF_A_LOG
    load = os.getloadavg()[0]
    outcomes = run_all(
        [tool for tool in TOOLS if not options.tool or tool.name in options.tool],
        PROGRAMS,
        repeats=options.repeats,
        limit_seconds=options.limit,
        announce=lambda text: console.print(text, style="dim", markup=False, highlight=False),
    )
    console.print(terminal_table(rows(outcomes), repeats=options.repeats))
    if options.out is not None:
        options.out.write_text("\n".join(document(outcomes, repeats=options.repeats, load=load)), encoding="utf-8")
        console.print(f"Written to {os.path.relpath(options.out)}", highlight=False)
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, choices=range(1, 101), metavar="N", help="1 to 100; 5")
    parser.add_argument("--limit", type=float, default=60.0, metavar="S", help="seconds that one run may take; 60")
    names = [tool.name for tool in TOOLS]
    parser.add_argument("--tool", action="append", choices=names, metavar="NAME", help=f"one of: {'; '.join(names)}")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the document to write, such as docs/peers.md")
    return parser.parse_args(argv)


def document(outcomes: Sequence[Outcome], *, repeats: int, load: float) -> Iterator[str]:
    """The lines of docs/peers.md."""
    yield "# Beside other tools"
    yield ""
    yield "`make peers` wrote this file; its figures are of one run on one machine, and yours will differ."
    yield ""
    yield f"- date: {dt.datetime.now(tz=dt.UTC).date().isoformat()}"
    yield f"- machine: {machine()}; its load was {load:.1f} before the run"
    yield f"- repeats: {repeats} of each tool on each program, in turns, after a round that was thrown away"
    yield ""
    yield markdown_table(rows(outcomes))
    yield ""
    yield "## How to read it"
    yield ""
    yield from _how_to_read(outcomes, repeats)
    yield ""
    yield "## How each was run"
    yield ""
    yield "| tool | version | command |"
    yield "| --- | --- | --- |"
    for tool in TOOLS:
        yield f"| {tool.name} | {tool.version()} | `{tool.shown()}` |"
    yield ""
    for tool in TOOLS:
        if tool.remark:
            yield f"- **{tool.name}**: {tool.remark}"
    yield ""


def _how_to_read(outcomes: Sequence[Outcome], repeats: int) -> Iterator[str]:
    block = [run.block_seconds for each in outcomes if each.tool is BARE for run in each.runs if run.block_seconds]
    there = f"{median(block) * 1000:.0f} ms from its first page to its end" if block else "a moment"
    yield (
        f"- **`spike`** sleeps, fills 200 MiB, holds them for 1 ms, frees them and sleeps again. In the bare run the "
        f"block was there for {there}: filling it takes the kernel longer than holding it. The spike comes "
        f"{100 / repeats:g} ms later in each repeat, at the same moments for every tool."
    )
    yield (
        "- **`accumulate`** is an asyncio job that decodes 1,000 pages and keeps all results to its end, about 75 MB "
        "in small Python objects. Its memory only grows."
    )
    yield (
        "- **The true peak** of a program is the kernel's high-water mark of its process (`VmHWM`), which the program "
        "itself reads as the last thing it does, run with no tool at all: the rows of `none (bare)`."
    )
    yield (
        "- **The program's own mark under it** is the same reading with the tool at work, and how far that is off the "
        "bare run. What a tool brings into the process is in it: there the tool changes what it measures."
    )
    yield (
        "- **Heap** rows report what was allocated and not what was resident. Neither the interpreter's own pages nor "
        "memory that was freed and not given back is in them, so their distance from the true peak, in brackets, is "
        "no error."
    )
    yield (
        "- **Spread** is the largest reported peak less the smallest. **Wall time** is the tool's median over that of "
        "the bare program in this run, start-up and reports that the same command writes included; `spike` mostly "
        "sleeps, so what a tool costs a busy program is in the rows of `accumulate`. GNU time does next to nothing: "
        "how far its ratio is off 1 is the noise of this run."
    )
    yield (
        "- Tools that profile do more than report a peak: they name the lines that allocated it. Only the peak is "
        "compared here."
    )


def machine() -> str:
    kernel = re.match(r"[\d.]*\d", platform.release())
    memory = re.search(r"^MemTotal: +(\d+) kB", MEMINFO.read_text(encoding="ascii"), re.MULTILINE)
    return ", ".join(
        [
            f"{platform.system()} {kernel[0] if kernel else platform.release()} ({platform.machine()})",
            f"{platform.python_implementation()} {platform.python_version()}",
            " ".join(platform.libc_ver()).strip() or "unknown libc",
            f"{os.cpu_count()} CPUs",
            f"{int(memory[1]) * 1024 / GIB:.1f} GiB of memory" if memory else "memory unknown",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
