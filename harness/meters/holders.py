"""Who holds the objects that are alive: at a moment near the peak, or at the end. Changes what it looks at; no gauge.

As functions begin and end the traced memory is looked at. Without MEMBENCH_HOLDERS_AT the most that it was at any such
look is found, and what there is at the end is written down. With it, that figure of an earlier trial in bytes, what is
there and who holds it is written down as 90 %, 98 % and 99.9 % of it are passed; the last time is what counts. With
`end` nothing is looked at before the end.
"""

import os
import sys
import threading
import tracemalloc
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

AT = "MEMBENCH_HOLDERS_AT"
AT_END = "end"
GRAPH = "holders.jsonl"
STEPS = (0.9, 0.98, 0.999)
_GRAPHS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "explain", "heap_graph.py")


class Holders:
    """Writes down the objects and what holds them, as the traced memory nears its known peak."""

    summary = "who holds the objects alive near the peak, for `membench explain`; its figure is Python's allocations"

    def __init__(self) -> None:
        self._path = ""
        self._graphs: Any = None
        self._waiting: list[int] = []
        self._held = 0  # when it was last written down
        self._most = 0  # at any look
        self._peak = 0
        self._failed = ""

    def start(self, scratch: str) -> None:
        """Begin to trace."""
        self._path = os.path.join(scratch, GRAPH)
        self._graphs = _graphs()
        asked = os.environ.get(AT) or "0"
        known = int(asked) if asked != AT_END else 0
        self._waiting = [int(step * known) for step in STEPS] if known else []
        tracemalloc.start()
        if asked != AT_END:
            threading.setprofile(self._look)
            sys.setprofile(self._look)

    def end_phase(self) -> None:
        """Know no phases."""

    def finish(self, scratch: str) -> dict[str, Any]:
        """Stop tracing; write it down now if the peak was never neared."""
        del scratch
        sys.setprofile(None)
        threading.setprofile(None)
        if not self._held:
            self._write()
        peak = max(self._peak, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        when = f"objects written down at {100 * self._held / (peak or 1):.1f} % of the peak"
        told = f"no objects: {self._failed}" if self._failed else when
        return {"peak_bytes": peak, "source": f"Python's own allocations; {told}"}

    def _look(self, frame: object, event: str, argument: object) -> None:
        del frame, event, argument
        now = tracemalloc.get_traced_memory()[0]
        self._most = max(self._most, now)
        if not self._waiting or now < self._waiting[0]:
            return
        self._waiting = [step for step in self._waiting if step > now]
        self._write()

    def _write(self) -> None:
        profile = sys.getprofile()
        sys.setprofile(None)
        # What writing it down takes is no peak of the program.
        now, peak = tracemalloc.get_traced_memory()
        self._held, self._peak = now, max(self._peak, peak)
        try:
            self._write_apart()
        except Exception as error:  # noqa: BLE001 - an object may do anything when it is looked at; the program goes on
            self._failed = f"{type(error).__name__}: {error}"[:200]
        tracemalloc.reset_peak()
        sys.setprofile(profile)

    def _write_apart(self) -> None:
        """Have a fork do it, which need not trace what it takes; other threads would be gone there."""
        if len(sys._current_frames()) > 1:  # noqa: SLF001 - the only way to all threads, whoever started them
            self._graphs.write_graph(self._path, self._held, self._most)
            return
        child = os.fork()
        if child == 0:
            status = 1
            try:
                tracemalloc.stop()
                self._graphs.write_graph(self._path, self._held, self._most)
                status = 0
            finally:
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        if ended:
            self._failed = f"the fork that looked for them ended with {os.waitstatus_to_exitcode(ended)}"


def _graphs() -> Any:
    # By its file: the harness need not be importable here.
    spec = spec_from_file_location("membench_heap_graph", _GRAPHS)
    assert spec is not None, _GRAPHS
    assert spec.loader is not None, _GRAPHS
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


METER = Holders()
NEEDS_PACKAGES = False
NAMES_FILES = True


def collect(scratch: "Path", artifacts: "Path | None") -> dict[str, Any]:
    """Keep what was written down, if it can be kept."""
    found = scratch / GRAPH
    if artifacts is None or not found.exists():
        return {}
    import shutil  # noqa: PLC0415 - not in the measured process

    artifacts.mkdir(parents=True, exist_ok=True)
    kept = artifacts / f"holders-{scratch.name}.jsonl"
    shutil.move(found, kept)
    return {"artifacts": [f"{artifacts.name}/{kept.name}"]}
