"""Gives back what is free and collects garbage, but only after a test that seems to have left much.

A collection walks over every object that was ever collected with the tests: with 5,000 of them 60 ms, a hundred times
what a test itself takes. So nothing is done until a test has left a megabyte, and then the cheapest things come first.
"""

import ctypes
import gc
from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

_MIB = 1024 * 1024
TELLING_BYTES = _MIB  # less is not looked into: about one arena of Python's allocator
LARGE_BYTES = 16 * _MIB  # always worth a collection
MOST_SHARE = 0.02  # of the session's time
GRACE_SECONDS = 0.3


class Settled(NamedTuple):
    """What is resident now, and how much of that Python's allocator keeps free beyond what it did before."""

    resident_bytes: int
    more_free_bytes: int
    thorough: bool  # False where the time for collections was used up, and garbage may be in the figure


class Settler:
    """Decides when to collect."""

    def __init__(self, reset: Callable[[], int], free: Callable[[], int]) -> None:
        self._reset = reset
        self._free = free
        self._free_bytes = 0
        self._started = perf_counter()
        self._spent = 0.0
        self.most_free_bytes = 0

    def begin(self) -> None:
        """Begin before the first test."""
        self._free_bytes = self.most_free_bytes = self._free()
        self._started = perf_counter()

    def settle(self, left_bytes: int, resident_bytes: int) -> Settled | None:
        """Collect what a test may have left that is not in use; None where there is nothing to correct."""
        if left_bytes < TELLING_BYTES:
            return None
        clean = resident_bytes - left_bytes + TELLING_BYTES
        trim()
        resident = self._reset()
        if resident < clean:
            return Settled(resident, 0, thorough=True)
        began = perf_counter()
        if resident - clean < LARGE_BYTES and self._spent > GRACE_SECONDS + MOST_SHARE * (began - self._started):
            return Settled(resident, 0, thorough=False)
        settled = self._collect(clean)
        self._spent += perf_counter() - began
        return settled

    def _collect(self, clean_bytes: int) -> Settled:
        gc.collect(1)
        trim()
        resident = self._reset()
        if resident >= clean_bytes:
            gc.collect()
            trim()
            resident = self._reset()
        free = self._free()
        more = free - self._free_bytes
        self._free_bytes = free
        self.most_free_bytes = max(self.most_free_bytes, free)
        return Settled(resident, more, thorough=True)


def trim() -> None:
    """Have malloc give back what is free; only glibc has such a call."""
    found = getattr(_LIBC, "malloc_trim", None)
    if found is not None:
        found(0)


_LIBC = ctypes.CDLL(None)
