"""All that is allocated from start to end: the number of allocations, their bytes, and which lines ask for them.

A change that allocates ten times as much and frees it at once leaves every peak as it was; here it shows. The figure is
the sum of all bytes asked for, of Python's allocators and of C libraries, as memray writes them down. A block that
`realloc` grows counts with its new size each time.

Whatever depends on the clock, on a hash seed or on how much memory there is makes the figure differ by run; what the
program itself does the same each time counts to the byte.
"""

import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from memray import Tracker

CAPTURE = "memray.bin"
_READING = "reading.json"  # the worker's
MAX_CALL_SITES = 200
_MOST_FRAMES = 300
_WORKER = "/trial/worker.py"
_FREED = frozenset({1, 5, 15})  # memray's numbers for PYMALLOC_FREE, FREE and MUNMAP


class Allocations:
    """Has memray write down every allocation between `start` and `finish`."""

    summary = "the bytes of all allocations from start to end, freed ones too, with their number and their lines"

    def __init__(self) -> None:
        self._tracker: Tracker | None = None

    def start(self, scratch: str) -> None:
        """Begin the capture, a file in the scratch folder."""
        from memray import FileDestination, Tracker  # noqa: PLC0415 - only in a trial that is measured by it

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


METER = Allocations()
NEEDS_PACKAGES = True
NAMES_FILES = True


def collect(scratch: "Path", artifacts: "Path | None") -> dict[str, Any]:
    """Add up the capture, in a process of its own: reading a broken one may crash.

    Raises:
        MeasurementError: a trial that came to its end left no capture that can be read.
    """
    import subprocess  # noqa: PLC0415 - not in the measured process

    from membench.harness.errors import MeasurementError  # noqa: PLC0415 - as the one before

    del artifacts
    # -P: this file's folder is not on the search path, so that `import memray` there gets the library.
    command = [sys.executable, "-P", __file__, str(scratch)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)  # noqa: S603 - this interpreter
    if done.returncode != 0:
        if (scratch / _READING).exists():
            last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
            raise MeasurementError(f"The capture of memray could not be read: {last}.")
        return {}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _read(scratch: str) -> dict[str, Any]:
    """Add up the capture in a scratch folder."""
    from contextlib import closing  # noqa: PLC0415 - only when run as a script, not in the measured process

    from memray import FileReader  # noqa: PLC0415 - as the one before

    total = count = 0
    sites: dict[tuple[str, int, str], list[int]] = {}
    known: dict[int, list[tuple[str, str, int]] | None] = {}
    with closing(FileReader(os.path.join(scratch, CAPTURE))) as reader:
        for record in reader.get_allocation_records():
            if record.allocator in _FREED:
                continue
            stack = record.stack_id
            if stack not in known:
                frames = record.stack_trace(max_stacks=_MOST_FRAMES)
                known[stack] = None if any(map(_is_own, frames)) else frames[:1]
            innermost = known[stack]
            if innermost is None:
                continue
            total += record.size
            count += 1
            for function, file, line in innermost:
                site = sites.setdefault((file, line, function), [0, 0])
                site[0] += record.size
                site[1] += 1
    largest = sorted(sites.items(), key=lambda item: (-item[1][0], item[0]))[:MAX_CALL_SITES]
    return {
        "peak_bytes": total,
        "allocations": count,
        "call_sites": [
            {"file": file, "line": line, "function": name, "bytes": size, "allocations": number}
            for (file, line, name), (size, number) in largest
        ],
        "source": f"{count:,} allocations, freed ones included; no peak, but the sum of their bytes",
    }


def _is_own(frame: tuple[str, str, int]) -> bool:
    """Whether a frame notes a phase: the time is a text there, and not always as long."""
    return frame[0] == "mark" and frame[1].endswith(_WORKER)


if __name__ == "__main__":
    json.dump(_read(sys.argv[1]), sys.stdout)
