"""The tools that are compared: for each, what it reports, how it is run, and how its output is read.

To add one, write a parser and an entry in TOOLS.
"""

import json
import re
import shlex
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata

from membench.harness.units import MIB, parse_size

STDOUT = "stdout"  # where a command's standard output goes, in the folder of its run


class UnreadableOutputError(Exception):
    """A tool ended well and its output holds no peak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    name: str
    reports: str  # what its figure is, in words
    heap: bool = False  # its figure is of allocations, so it is not comparable with a resident set
    command: Callable[[str, str], list[str]]  # from the interpreter and the program; runs in a folder of its own
    then: tuple[str, ...] = ()  # run afterwards to get the figure; not in the wall time
    output: str = STDOUT  # a glob in that folder
    parse: Callable[[str], int]  # from the output's text to bytes
    distribution: str | None = None  # on the Python package index
    debian_package: str | None = None
    install: str = "pip install -e '.[peers]'"
    remark: str = ""

    def shown(self) -> str:
        """The commands as a reader would type them."""
        first = shlex.join(self.command("python", "PROGRAM.py"))
        return f"{first} && {shlex.join(self.then)}" if self.then else first

    def version(self) -> str:
        if self.distribution is not None:
            with suppress(metadata.PackageNotFoundError):
                return metadata.version(self.distribution)
        if self.debian_package is not None:
            ask = ["dpkg-query", "--show", "--showformat", "${Version}", self.debian_package]
            with suppress(OSError, subprocess.CalledProcessError):
                return subprocess.run(ask, capture_output=True, text=True, check=True).stdout
        return "unknown"


def parse_membench(text: str) -> int:
    """One document with one sample of one repeat."""
    return int(json.loads(text)["samples"][0]["median_bytes"])


def parse_gnu_time(text: str) -> int:
    """`Maximum resident set size (kbytes): 213644`, in units of 1,024 bytes."""
    return int(_first(r"Maximum resident set size \(kbytes\): (\d+)", text)) * 1024


def parse_pyperf(text: str) -> int:
    """With --track-memory the values of the benchmark are bytes."""
    document = json.loads(text)
    if document["metadata"]["unit"] != "byte":
        raise UnreadableOutputError(f"the unit is {document['metadata']['unit']!r} and not 'byte'")
    return max(int(value) for run in document["benchmarks"][0]["runs"] for value in run.get("values", ()))


def parse_mprof(text: str) -> int:
    """`MEM 87.351562 1795467050.8300` a sample, in MiB, as `mprof peak` takes the largest of them."""
    return _largest(r"^MEM (\d+\.\d+) ", text)


def parse_psrecord(text: str) -> int:
    """Elapsed time, CPU, real and virtual memory in columns; its MB are MiB."""
    return _largest(r"^ *\d+\.\d+ +\d+\.\d+ +(\d+\.\d+) +\d+\.\d+", text)


def parse_memray(text: str) -> int:
    return int(json.loads(text)["metadata"]["peak_memory"])


def parse_fil(text: str) -> int:
    """The flame graph's title, `Peak Tracked Memory Usage (67.7 MiB)`; its frames sum up to less."""
    return parse_size(_first(r"Peak Tracked Memory Usage \(([\d.,]+ \w+)\)", text).replace(",", ""))


def parse_scalene(text: str) -> int:
    """`max_footprint_mb` is in MiB."""
    peak = float(json.loads(text)["max_footprint_mb"])
    if not peak:
        raise UnreadableOutputError("max_footprint_mb is 0: it took no sample of the heap")
    return round(peak * MIB)


def _first(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise UnreadableOutputError(f"its output holds nothing like {pattern!r}")
    return match[1]


def _largest(pattern: str, text: str) -> int:
    samples = re.findall(pattern, text, re.MULTILINE)
    if not samples:
        raise UnreadableOutputError("its output holds no samples")
    return round(max(map(float, samples)) * MIB)


def _memray(name: str, *options: str, reports: str, remark: str) -> Tool:
    return Tool(
        name=name,
        reports=reports,
        heap=True,
        command=lambda python, program: ["memray", "run", *options, "-o", "memray.bin", program],
        then=("memray", "stats", "--json", "-o", "memray.json", "memray.bin"),
        output="memray.json",
        parse=parse_memray,
        distribution="memray",
        remark=remark,
    )


TOOLS = (
    Tool(
        name="membench",
        reports="resident set: the kernel's mark of the process",
        command=lambda python, program: (
            ["membench", "measure", "--repeats", "1", "--format", "json", "--", python, program]
        ),
        parse=parse_membench,
        distribution="membench",
        remark="It turns address randomisation off, which moves the program's own mark a little. What it adds to the "
        "wall time is mostly its own start, the same however long the program runs.",
    ),
    Tool(
        name="GNU time",
        reports="resident set: the kernel's `ru_maxrss`",
        command=lambda python, program: ["/usr/bin/time", "-v", "-o", "time.txt", python, program],
        output="time.txt",
        parse=parse_gnu_time,
        debian_package="time",
        install="apt-get install time",
        remark="It forks from a process of its own that is small, so its figure is clean of whoever started it.",
    ),
    Tool(
        name="pyperf",
        reports="resident set: the kernel's `ru_maxrss`",
        command=lambda python, program: [
            *("pyperf", "command", "--track-memory"),
            *("--processes", "1", "--values", "1", "--warmups", "0", "--loops", "1"),
            *("--inherit-environ", "PEERS_OWN_PEAK_FILE,PEERS_DELAY_SECONDS", "-o", "pyperf.json", "--"),
            *(python, program),
        ],
        output="pyperf.json",
        parse=parse_pyperf,
        distribution="pyperf",
        remark="`--track-memory` samples only the functions that pyperf calls itself; of a command it reports "
        "`RUSAGE_CHILDREN`, the same figure as `command_max_rss` in the metadata of a timing run. That cannot be "
        "less than the interpreter which starts the command, as `pyperf command --track-memory -- /bin/true` shows.",
    ),
    Tool(
        name="memory_profiler",
        reports="resident set: sampled each 0.1 s, profiler in the process",
        command=lambda python, program: ["mprof", "run", "-o", "mprof.dat", program],
        output="mprof.dat",
        parse=parse_mprof,
        distribution="memory-profiler",
        remark="`mprof run` on a Python file runs it inside `python -m memory_profiler`, whose imports are in the "
        "figure.",
    ),
    Tool(
        name="memory_profiler, executable",
        reports="resident set: sampled each 0.1 s from outside",
        command=lambda python, program: ["mprof", "run", "-o", "mprof.dat", python, program],
        output="mprof.dat",
        parse=parse_mprof,
        distribution="memory-profiler",
    ),
    Tool(
        name="psrecord",
        reports="resident set: sampled without pause, of the process that it starts",
        command=lambda python, program: ["psrecord", "--log", "psrecord.txt", f"{python} {program}"],
        output="psrecord.txt",
        parse=parse_psrecord,
        distribution="psrecord",
        remark="It starts the command through /bin/sh. Where that shell waits for the command and does not become it "
        "(dash does so), the figure is the shell's.",
    ),
    Tool(
        name="psrecord, children",
        reports="resident set: sampled without pause, summed over the shell and the program",
        command=lambda python, program: (
            ["psrecord", "--include-children", "--log", "psrecord.txt", f"{python} {program}"]
        ),
        output="psrecord.txt",
        parse=parse_psrecord,
        distribution="psrecord",
        remark="The shell's own 1 or 2 MiB are in the sum.",
    ),
    _memray(
        "memray",
        reports="heap: what malloc and mmap gave out",
        remark="Python's small objects are counted by the arena that holds them, as mmap gave it out.",
    ),
    _memray(
        "memray, Python allocators",
        "--trace-python-allocators",
        reports="heap: what malloc and Python's own allocator gave out",
        remark="Each small object counts by itself.",
    ),
    Tool(
        name="Fil",
        reports="heap: what malloc gave out, to 0.1 MiB",
        heap=True,
        command=lambda python, program: ["fil-profile", "--no-browser", "-o", "fil", "run", program],
        output="fil/*/peak-memory.svg",
        parse=parse_fil,
        distribution="filprofiler",
        remark="It starts the interpreter again with its own malloc preloaded and Python's allocator of small objects "
        "turned off. The figure is the title of its flame graph.",
    ),
    Tool(
        name="Scalene",
        reports="heap: sampled about each MiB that is allocated or freed",
        heap=True,
        command=lambda python, program: ["scalene", "run", "-o", "scalene.json", program],
        output="scalene.json",
        parse=parse_scalene,
        distribution="scalene",
        remark="The figure is `max_footprint_mb` of its JSON. It profiles the CPU in the same run.",
    ),
)

BARE = Tool(
    name="none (bare)",
    reports="resident set: its own `VmHWM`, read at its end",
    command=lambda python, program: [python, program],
    output="own_peak",
    parse=lambda text: int(text.split()[0]),
)
