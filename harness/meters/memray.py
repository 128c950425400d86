"""The peak of the heap and the call sites alive at it, from a capture that memray writes.

The measured process only writes the capture. It is read by this same file, run as a script in a process of its own:
reading takes seconds for a large one, and may crash on one whose writer was killed.

Python's own allocators are traced too. Otherwise objects of up to 512 bytes, which come out of arenas of 1 MiB, would
be charged to whichever line happened to need a new arena.
"""

import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from memray import FileReader, Tracker

CAPTURE = "memray.bin"
_READING = "reading.json"  # the worker's
# The largest are for people; all that hold a page are for the gate, to which one that was left out has grown from 0.
FEWEST_CALL_SITES = 50
MAX_CALL_SITES = 1000
LEAST_BYTES = 4096


class Memray:
    """Has memray write down every allocation between `start` and `finish`."""

    summary = "the peak of the heap (malloc, mmap, Python's allocators) and the call sites alive at it, both exact"

    def __init__(self) -> None:
        self._tracker: Tracker | None = None

    def start(self, scratch: str) -> None:
        """Begin the capture, a file in the scratch folder."""
        from memray import FileDestination, Tracker  # noqa: PLC0415 - only in a trial that is measured by it

        # Compressing it would be done by the measured process.
        destination = FileDestination(os.path.join(scratch, CAPTURE), compress_on_exit=False)
        self._tracker = Tracker(destination=destination, follow_fork=False, trace_python_allocators=True)
        self._tracker.__enter__()

    def end_phase(self) -> None:
        """Know no phases: the capture is read as a whole."""

    def finish(self, scratch: str) -> dict[str, Any]:
        """End the capture."""
        del scratch
        assert self._tracker is not None, "finish before start"
        self._tracker.__exit__(None, None, None)
        return {}


METER = Memray()
NEEDS_PACKAGES = True
NAMES_FILES = True


def collect(scratch: "Path", artifacts: "Path | None") -> dict[str, Any]:
    """Read the peak and its call sites from the capture, and draw the flamegraph if it can be kept.

    Raises:
        MeasurementError: a trial that came to its end left no capture that can be read.
    """
    found = read_peak(scratch)
    if artifacts is not None and found:
        found |= _flamegraph(scratch, artifacts, found["source"])
    return found


def read_peak(scratch: "Path") -> dict[str, Any]:
    """Read the peak and its call sites from the capture; nothing where the trial did not come to its end.

    Raises:
        MeasurementError: a trial that came to its end left no capture that can be read.
    """
    from membench.harness.errors import MeasurementError  # noqa: PLC0415 - not in the measured process

    # -P: this file's folder is not on the search path, so that `import memray` there gets the library.
    status, out, errors = _run([sys.executable, "-P", __file__, str(scratch)])
    if status != 0:
        if (scratch / _READING).exists():
            raise MeasurementError(f"The capture of memray could not be read: {errors or f'exit status {status}'}.")
        return {}  # died before it began or in the middle of a record
    found: dict[str, Any] = json.loads(out)
    return found


def _flamegraph(scratch: "Path", artifacts: "Path", source: str) -> dict[str, Any]:
    artifacts.mkdir(parents=True, exist_ok=True)
    page = artifacts / f"flamegraph-{scratch.name}.html"
    # --no-web: the page brings its scripts along and asks no server for them.
    command = [sys.executable, "-P", "-m", "memray", "flamegraph", "--no-web", "--force", "--output", str(page)]
    status, _, errors = _run([*command, str(scratch / CAPTURE)])
    if status != 0:
        return {"source": f"{source}; no flamegraph: {errors or f'exit status {status}'}"}
    return {"artifacts": [f"{artifacts.name}/{page.name}"]}


def _run(command: list[str]) -> tuple[int, str, str]:
    """Run a command; give its status, its output and the last line of its errors."""
    import subprocess  # noqa: PLC0415 - not in the measured process

    done = subprocess.run(command, capture_output=True, check=False, text=True)  # noqa: S603 - this interpreter
    return done.returncode, done.stdout, (done.stderr.strip().splitlines() or [""])[-1]


def _read(scratch: str) -> dict[str, Any]:
    """Read the capture in a scratch folder."""
    from contextlib import closing  # noqa: PLC0415 - only when run as a script, not in the measured process
    from importlib.metadata import version  # noqa: PLC0415 - as the one before

    from memray import FileReader  # noqa: PLC0415 - as the ones before

    with closing(FileReader(os.path.join(scratch, CAPTURE))) as reader:
        peak = reader.metadata.peak_memory
        sites, covered = _call_sites(reader)
        return {
            "peak_bytes": peak,
            "call_sites": sites,
            "source": (
                f"memray {version('memray')}: heap allocated since just before the workload's import; "
                f"call sites for {covered / peak if peak else 1:.1%} of the peak"
            ),
        }


def _call_sites(reader: "FileReader") -> tuple[list[dict[str, Any]], int]:
    """Give the largest call sites alive at the peak, and the bytes of all that have a Python frame."""
    totals: dict[tuple[str, int, str], int] = {}
    for record in reader.get_high_watermark_allocation_records(merge_threads=True):
        for function, file, line in record.stack_trace(max_stacks=1):
            totals[file, line, function] = totals.get((file, line, function), 0) + record.size
    largest = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    count = max(FEWEST_CALL_SITES, sum(size >= LEAST_BYTES for size in totals.values()))
    largest = largest[: min(count, MAX_CALL_SITES)]
    sites = [{"file": file, "line": line, "function": name, "bytes": size} for (file, line, name), size in largest]
    return sites, sum(totals.values())


if __name__ == "__main__":
    json.dump(_read(sys.argv[1]), sys.stdout)
