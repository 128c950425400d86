"""Instruments for one test inside the process that runs them all.

What is resident when a test begins is not its own, so each begins with what there is and counts from there. Memory that
an earlier test has freed but the allocator has kept would be taken again unseen: it is given back first.
"""

import ctypes
import gc
import tempfile
import tracemalloc
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from membench.harness.errors import MeasurementError, UsageError
from membench.harness.meters.memray import CAPTURE, Memray
from membench.harness.meters.memray import collect as collect_memray
from membench.harness.meters.peak_rss import PeakRss
from membench.harness.meters.tracemalloc import Tracemalloc, call_sites_of
from membench.harness.model import CallSite
from membench.harness.plugin.pymalloc import free_bytes
from membench.harness.trial.call_sites import call_site

SMALLEST_TRACED_BYTES = 16 * 1024  # lines are taken down from here on: a budget may be small


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one test took. Sizes are above what there was at its start."""

    peak_bytes: int
    growth_bytes: int | None  # what is left of it after a garbage collection, and not free for others
    process_peak_bytes: int | None = None  # of the whole process while the test ran
    call_sites: tuple[CallSite, ...] = ()
    source: str = ""


class Instrument(Protocol):
    """Measures what runs between `start` and `stop`."""

    def start(self) -> None:
        """Begin.

        Raises:
            MembenchError: it cannot measure here.
        """
        ...

    def stop(self) -> Measured:
        """End, and tell what was measured.

        Raises:
            MembenchError: it was disturbed.
        """
        ...


class OwnPeakRss:
    """Resident memory, from the kernel's high-water mark, which is reset at the start."""

    def __init__(self, *, settled: bool = True) -> None:
        self._meter = PeakRss()
        self._settled = settled
        self._start = 0
        self._held = 0  # of what was resident at the start, without what the allocator kept free

    def start(self) -> None:
        """Give back what is free, and reset the mark.

        Raises:
            MeasurementError: the system has no such mark.
        """
        if self._settled:
            _settle()
            self._held = self._resident() - free_bytes()
        self._start = self._resident()

    def stop(self) -> Measured:
        """Read the mark, and what is left."""
        peak = self._meter.end_phase()
        growth = None
        if self._settled:
            _settle()
            growth = self._resident() - free_bytes() - self._held
        return Measured(peak_bytes=max(0, peak - self._start), growth_bytes=growth, process_peak_bytes=peak)

    def _resident(self) -> int:
        """Tell what is resident now: the mark just after it was reset, so that both are read alike."""
        try:
            self._meter.end_phase()
            return self._meter.end_phase()
        except OSError as error:
            reason = f"{error.filename or '/proc/self/clear_refs'}: {error.strerror}"
            raise MeasurementError(f"The kernel's high-water mark cannot be reset here ({reason}).") from error


class OwnTracemalloc:
    """Python's own allocations."""

    def start(self) -> None:
        """Begin to trace.

        Raises:
            UsageError: somebody traces already.
        """
        if tracemalloc.is_tracing():
            raise UsageError("tracemalloc is on already and cannot be started twice. Use isolated=True or peak_rss.")
        gc.collect()
        tracemalloc.start()

    def stop(self) -> Measured:
        """Stop tracing.

        Raises:
            MeasurementError: the test has stopped it.
        """
        if not tracemalloc.is_tracing():
            raise MeasurementError("The test has stopped tracemalloc, which measures it. Use the meter peak_rss.")
        peak = tracemalloc.get_traced_memory()[1]
        gc.collect()
        growth = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return Measured(peak_bytes=peak, growth_bytes=growth)


class OwnMemray:
    """What was asked of the allocators, with the call sites."""

    def __init__(self) -> None:
        self._meter = Memray()
        self._stack = ExitStack()
        self._scratch = ""

    def start(self) -> None:
        """Begin a capture.

        Raises:
            UsageError: memray is not installed, or another of its trackers is at work.
        """
        gc.collect()
        self._scratch = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="membench-"))
        try:
            self._meter.start(self._scratch)
        except ImportError as error:
            raise UsageError("The meter memray needs the package memray: pip install memray.") from error
        except RuntimeError as error:
            raise UsageError("Another memray tracker is at work, and two cannot nest. Use isolated=True.") from error

    def stop(self) -> Measured:
        """End the capture and read it.

        Raises:
            MeasurementError: it cannot be read.
        """
        try:
            gc.collect()
            self._meter.finish(self._scratch)
            found = collect_memray(Path(self._scratch), None)
            if "peak_bytes" not in found:
                raise MeasurementError("The capture of memray could not be read.")
            return Measured(
                peak_bytes=found["peak_bytes"],
                growth_bytes=self._left(),
                call_sites=tuple(map(call_site, found["call_sites"])),
            )
        finally:
            self._stack.close()

    def _left(self) -> int:
        from memray import FileReader  # noqa: PLC0415 - loaded by the meter already

        with closing(FileReader(str(Path(self._scratch) / CAPTURE))) as reader:
            return sum(record.size for record in reader.get_leaked_allocation_records(merge_threads=True))


class PeakTracer:
    """Python's own allocations with the lines that hold them at the peak; slow, so for a second run."""

    def __init__(self) -> None:
        self._meter = Tracemalloc(smallest_bytes=SMALLEST_TRACED_BYTES)

    def start(self) -> None:
        """Begin to trace."""
        gc.collect()
        self._meter.start("")

    def stop(self) -> Measured:
        """Stop tracing, and give the lines."""
        found = self._meter.finish("")
        return Measured(
            peak_bytes=found["peak_bytes"],
            growth_bytes=None,
            call_sites=tuple(map(call_site, found["call_sites"])),
            source=self._meter.lines_source,
        )


class LeftTracer:
    """Python's own allocations with the lines that still hold some at the end; for a second run."""

    def start(self) -> None:
        """Begin to trace."""
        gc.collect()
        tracemalloc.start()

    def stop(self) -> Measured:
        """Stop tracing, and give the lines."""
        gc.collect()
        left, peak = tracemalloc.get_traced_memory()
        lines = tracemalloc.take_snapshot().statistics("lineno")
        tracemalloc.stop()
        return Measured(peak_bytes=peak, growth_bytes=left, call_sites=tuple(map(call_site, call_sites_of(lines))))


METERS: Mapping[str, type[OwnPeakRss | OwnTracemalloc | OwnMemray]] = {
    "peak_rss": OwnPeakRss,
    "tracemalloc": OwnTracemalloc,
    "memray": OwnMemray,
}


@cache
def warm_up_memray() -> None:
    """Let memray take what its first tracker takes, 1.1 MiB, before a test that pytest-memray tracks is measured."""
    from memray import Tracker  # noqa: PLC0415 - loaded by pytest-memray already

    with tempfile.TemporaryDirectory(prefix="membench-") as folder, Tracker(Path(folder) / CAPTURE):
        pass


def _settle() -> None:
    """Collect garbage, and have the allocator give back what is free (glibc; others have no such call)."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
