"""The captures of one trial put together: forked, started and exec'd Pythons beneath the calls that they come from."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from membench.harness.errors import MeasurementError
from membench.harness.explain import reading
from membench.harness.explain.call_tree import Node, Source, add_capture, empty_tree, process_frame
from membench.harness.explain.following import CAPTURE, STARTS
from membench.harness.explain.sources import Sources
from membench.harness.units import MIB, format_bytes

LINKS = "links.json"
CODE = "code"  # the files of the frames
MOST_KEPT_BYTES = 512 * MIB  # of one side
_MOST_WORDS = 40  # letters of a started program's arguments that name it
Frame = tuple[str, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heap:
    """What the processes of one trial held, by call path."""

    tree: Node
    peak_bytes: int  # of the main process
    processes: int  # that were captured
    moments: tuple[tuple[float, int], ...]  # of the main process: seconds of its capture, bytes
    native: bool
    remarks: tuple[str, ...]  # what is not in the picture


def read_heap(folder: Path, source: Source) -> Heap:
    """Read the captures in a folder, in a process of their own.

    Raises:
        MeasurementError: the capture of the main process can't be read.
    """
    # -P: the script's folder is not on its search path.
    command = [sys.executable, "-P", reading.__file__, str(folder)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)  # noqa: S603 - this interpreter
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise MeasurementError(f"The captures in {folder} could not be read: {last}.")
    return make_heap(json.loads(done.stdout), read_starts(folder / STARTS), source)


def captures_of(artifacts: Sequence[str], folder: Path) -> Path | None:
    """Find the folder of captures among what a trial left in a folder; None where there is no capture."""
    capture = next((path for path in artifacts if path.endswith(f"/{CAPTURE}")), None)
    return None if capture is None else folder / Path(*Path(capture).parts[1:-1])


def keep_as(captures: Path, name: str, sources: Sources, *, most_bytes: int = MOST_KEPT_BYTES) -> str:
    """Give the folder of captures a name that says what they are of; drop it where it is too large to be kept.

    Args:
        captures: the folder.
        name: its new one, beside the old one.
        sources: the code of the frames that were read in them, to be kept with them.
        most_bytes: of captures and code together.

    Returns a remark where it was dropped.
    """
    links = sources.copy_to(captures / CODE)
    size = sum(path.stat().st_size for path in captures.rglob("*") if path.is_file())
    if size > most_bytes:
        shutil.rmtree(captures)
        return f"its captures were not kept: they have {format_bytes(size)}, more than {format_bytes(most_bytes)}"
    (captures / LINKS).write_text(json.dumps(links), encoding="utf-8")
    place = captures.with_name(name)
    shutil.rmtree(place, ignore_errors=True)  # of an earlier run into the same folder
    captures.rename(place)
    return ""


def read_links(captures: Path) -> dict[str, str]:
    """Read what a trial has seen in place of folders; nothing where that was not kept."""
    try:
        found = json.loads((captures / LINKS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    # A target that is not absolute is beside the captures.
    return {str(link): str(captures / str(target)) for link, target in found.items()} if isinstance(found, dict) else {}


def read_starts(path: Path) -> list[dict[str, Any]]:
    """Read who started whom; a line that was cut off is passed over."""
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            one = json.loads(line)
        except ValueError:
            continue
        if isinstance(one, dict):
            found.append(one)
    return found


def make_heap(document: Mapping[str, Any], starts: Sequence[Mapping[str, Any]], source: Source) -> Heap:
    """Put the captures of a trial together.

    Raises:
        MeasurementError: there is none of the main process.
    """
    captures = document["captures"]
    if CAPTURE not in captures:
        reason = document["unread"].get(CAPTURE, "there is none")
        raise MeasurementError(f"The capture of the main process could not be read: {reason}.")
    tree = empty_tree()
    origins = _Origins(starts)
    for name, capture in captures.items():
        add_capture(tree, capture, source, origins.below(name))
    main = captures[CAPTURE]
    # A fork that turns into another program leaves two captures.
    processes = len({capture["pid"] for capture in captures.values()})
    first = main["moments"][0][0] if main["moments"] else 0
    return Heap(
        tree=tree,
        peak_bytes=main["peak_bytes"],
        processes=processes,
        moments=tuple(((time - first) / 1000, heap) for time, heap in main["moments"]),
        native=bool(main["native"]),
        remarks=tuple(_remarks(document["unread"], starts, processes)),
    )


class _Origins:
    """Which call each started process comes from."""

    def __init__(self, starts: Iterable[Mapping[str, Any]]) -> None:
        self._calls: dict[int, tuple[int, list[Frame]]] = {}  # by process id: the parent, and its call
        self._system: dict[int, tuple[int, list[Frame]]] = {}  # the same of what `os.system` started, by the parent's
        self._by_capture: dict[str, Mapping[str, Any]] = {}
        self._by_pid: dict[int, Mapping[str, Any]] = {}
        for start in starts:
            if "child" in start:
                self._by_capture[start["capture"]] = self._by_pid[start["child"]] = start
            elif start["how"] == "system":
                self._system[start["parent"]] = (start["parent"], _frames(start))
            elif start["how"] != "fork":
                # A forked process has its parent's frames in its own capture; what it turns into has not.
                self._calls[start["pid"]] = (start["parent"], _frames(start))

    def below(self, capture: str) -> list[Frame]:
        """Give the path that a capture belongs beneath; none for the main process and for forks of it."""
        # memray adds the process id to the name where a captured process forks.
        child = self._by_capture.get(f"{capture.partition('.bin')[0]}.bin")
        return self._path(child, set()) if child is not None else []

    def _path(self, child: Mapping[str, Any], seen: set[int]) -> list[Frame]:
        seen.add(child["child"])
        parent, call = self._call(child)
        above = self._by_pid.get(parent)
        before = self._path(above, seen) if above is not None and parent not in seen else []
        return [*before, *call, process_frame([_program(child["words"])])]

    def _call(self, child: Mapping[str, Any]) -> tuple[int, list[Frame]]:
        for pid in (child["child"], *child["ancestors"]):
            found = self._calls.get(pid) or self._system.get(pid)
            if found is not None:
                return found
        return 0, []


def _frames(start: Mapping[str, Any]) -> list[Frame]:
    return [(str(function), str(file), int(line)) for function, file, line in reversed(start["frames"])]


def _program(words: Sequence[str]) -> str:
    """Name a started program by its arguments, without the interpreter's own path and what differs by run."""
    told = " ".join(["python", *words[1:]])
    return told if len(told) <= _MOST_WORDS else f"{told[: _MOST_WORDS - 3]}..."


def _remarks(unread: Mapping[str, str], starts: Sequence[Mapping[str, Any]], processes: int) -> Iterable[str]:
    if processes > 1:
        yield f"{processes - 1} other Python processes are in the picture, each at its own peak"
    for name, reason in unread.items():
        if name != CAPTURE:
            yield f"the capture {name} could not be read ({reason})"
    for start in starts:
        if start.get("error"):
            yield f"a started Python could not be captured ({start['error']})"
    followed = {start["child"] for start in starts if "child" in start}
    others = {start["pid"] for start in starts if start.get("how") == "start"} - followed
    if others:
        yield f"{len(others)} started processes are not Python, or were started without their environment: not in it"
