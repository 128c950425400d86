"""Reads the captures of one trial, as a script in a process of its own.

    python -P reading.py FOLDER

Reading a large one takes seconds, and reading a broken one may crash.

Prints one JSON document: for each capture its frames, and a tree of call paths as rows of parent, frame, and what
that path itself held at the peak and at the end.
"""

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memray import AllocationRecord, FileReader

MOST_FRAMES = 300  # of one path, innermost first; what stands above them is cut
_MOST_MOMENTS = 400
_NO_PARENT = -1
_ROOT_FRAME = 0
Frame = tuple[str, str, int]


class Paths:
    """Call paths as a tree whose nodes are numbered, the root 0."""

    def __init__(self) -> None:
        self._frames: dict[Frame, int] = {("", "", 0): _ROOT_FRAME}
        self._numbers: dict[tuple[int, int], int] = {(_NO_PARENT, _ROOT_FRAME): 0}
        self._held: list[list[int]] = [[0, 0, 0, 0]]

    def add(self, path: "Iterable[Frame]", *, size: int, count: int, at_peak: bool) -> None:
        """Add what a path, outermost frame first, holds: at the peak, or at the end."""
        node = 0
        for frame in path:
            key = (node, self._frames.setdefault(frame, len(self._frames)))
            if key not in self._numbers:
                self._numbers[key] = len(self._numbers)
                self._held.append([0, 0, 0, 0])
            node = self._numbers[key]
        first = 0 if at_peak else 2
        self._held[node][first] += size
        self._held[node][first + 1] += count

    def document(self) -> dict[str, Any]:
        """Give the frames, and a row for each node: parent, frame, bytes and count at the peak, and at the end."""
        rows = [[*key, *held] for key, held in zip(self._numbers, self._held, strict=True)]
        return {"frames": [list(frame) for frame in self._frames], "nodes": rows}


def read(capture: str) -> dict[str, Any]:
    """Read one capture."""
    from memray import FileReader  # noqa: PLC0415 - so that `--help` of anything needs none

    with closing(FileReader(capture)) as reader:
        native = reader.metadata.has_native_traces
        paths = Paths()
        for at_peak in (True, False):
            records = (
                reader.get_high_watermark_allocation_records(merge_threads=True)
                if at_peak
                else reader.get_leaked_allocation_records(merge_threads=True)
            )
            for record in records:
                path = _path(record, native=native)
                paths.add(path, size=record.size, count=record.n_allocations, at_peak=at_peak)
        return {
            "pid": reader.metadata.pid,
            "peak_bytes": reader.metadata.peak_memory,
            "native": native,
            "moments": _moments(reader),
            **paths.document(),
        }


def _path(record: "AllocationRecord", *, native: bool) -> list[Frame]:
    """Give the frames of a record, outermost first, without those of the import system and the interpreter."""
    from memray.reporters.frame_tools import is_cpython_internal, is_frame_from_import_system  # noqa: PLC0415 - as above

    # Given a number it leaves none out: otherwise as many as stood above the beginning of the capture would be gone.
    python = record.stack_trace(max_stacks=MOST_FRAMES)
    frames: list[Frame] = python
    if native:
        frames = record.hybrid_stack_trace(max_stacks=MOST_FRAMES)
        known = sum(_is_python(frame) for frame in frames)
        frames = [*(frame for frame in frames if not is_cpython_internal(frame)), *python[known:]]
    return [frame for frame in reversed(frames) if not is_frame_from_import_system(frame)]


def _is_python(frame: Frame) -> bool:
    return frame[1].endswith(".py") or frame[1].startswith("<")


def _moments(reader: "FileReader") -> list[list[int]]:
    """Thin out the heap over time, milliseconds and bytes, keeping the highest of what is left out."""
    snapshots = [(snapshot.time, snapshot.heap) for snapshot in reader.get_memory_snapshots()]
    step = max(1, -(-len(snapshots) // _MOST_MOMENTS))
    highest = (max(snapshots[at : at + step], key=lambda moment: moment[1]) for at in range(0, len(snapshots), step))
    return [list(moment) for moment in highest]


def main(folder: str) -> None:
    """Read all captures of a folder; one that can't be read is named with what stood in the way."""
    read_ones: dict[str, Any] = {}
    unread: dict[str, str] = {}
    for capture in sorted(path for path in Path(folder).iterdir() if ".bin" in path.name):
        try:
            read_ones[capture.name] = read(str(capture))
        except (OSError, RuntimeError, ValueError) as error:
            unread[capture.name] = f"{type(error).__name__}: {error}"
    json.dump({"captures": read_ones, "unread": unread}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
