"""The kernel's high-water mark of this process, read so cheaply that every test can be measured.

A reset is one write and costs the kernel no walk through the page tables, however large the process is. The mark is
read from `getrusage`, a call without a file, wherever that is the process's own: `ru_maxrss` also holds the peak of
whatever program this process was before its exec, so until the process has outgrown that, `/proc/self/status` is read.
Files are opened anew each time: a test may close descriptors, count them, or fork.
"""

import os
import resource

from membench.harness.errors import MeasurementError
from membench.harness.meters.peak_rss import PeakRss, _high_water_mark

_KIB = 1024
_ALIKE_BYTES = 512 * _KIB  # by which two readings of one mark may differ: the kernel's counters are per CPU
_CLEAR_REFS = "/proc/self/clear_refs"


class Mark:
    """Resident memory now, and the highest since the last reset. Exact to 128 KiB for each CPU that was used."""

    def __init__(self) -> None:
        self._meter = PeakRss()
        self._inherited_bytes = 0
        self._pid = 0

    def check(self) -> None:
        """Find out whether the mark can be read here, and how.

        Raises:
            MeasurementError: the system has no such mark, or does not let a process reset its own.
        """
        try:
            self._meter.end_phase()
            own = self._meter.end_phase()
        except OSError as error:
            reason = f"{error.filename or _CLEAR_REFS}: {error.strerror}"
            raise MeasurementError(f"The kernel's high-water mark cannot be reset here ({reason}).") from error
        except ValueError as error:
            raise MeasurementError("/proc/self/status has no VmHWM here, so no peak can be read.") from error
        counted = _counted()
        self._inherited_bytes = counted if counted > own + _ALIKE_BYTES else 0
        self._pid = os.getpid()

    def reset(self) -> int:
        """Set the mark back, and tell what is resident now."""
        descriptor = os.open(_CLEAR_REFS, os.O_WRONLY)
        try:
            os.write(descriptor, b"5")
        finally:
            os.close(descriptor)
        return self.peak()

    def peak(self) -> int:
        """Tell the highest resident memory since the last reset."""
        counted = _counted()
        return counted if counted > self._inherited_bytes else _high_water_mark()


def _counted() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB
