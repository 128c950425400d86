"""Gives back what is free and collects garbage, but only after a test that seems to have left much.

A collection walks over every object that was ever collected with the tests: with 5,000 of them 60 ms, a hundred times
what a test itself takes. So nothing is done until a test has left a megabyte, and then the cheapest things come first.
"""

import ctypes
import gc
from collections.abc import Callable
from time import process_time
from typing import NamedTuple

_MIB = 1024 * 1024
TELLING_BYTES = _MIB  # less is not looked into: about one arena of Python's allocator
LARGE_BYTES = 4 * _MIB  # always worth a collection
MOST_SHARE = 0.05  # of the session's processor time: what else runs on the machine has no part in it
GRACE_SECONDS = 1.0


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
        self._started = process_time()
        self._spent = 0.0
        self.most_free_bytes = 0

    def begin(self) -> None:
        """Begin before the first test."""
        self._free_bytes = self.most_free_bytes = self._free()
        self._started = process_time()

    def settle(self, left_bytes: int, resident_bytes: int) -> Settled | None:
        """Collect what a test may have left that is not in use; None where there is nothing to correct."""
        if left_bytes < TELLING_BYTES:
            return None
        clean = resident_bytes - left_bytes + TELLING_BYTES
        trim()
        resident = self._reset()
        if resident < clean:
            return Settled(resident, 0, thorough=True)
        more = self._more_free()
        if resident - more < clean:
            return Settled(resident, more, thorough=True)
        began = process_time()
        is_small = resident - more - clean < LARGE_BYTES
        if is_small and self._spent > GRACE_SECONDS + MOST_SHARE * (began - self._started):
            return Settled(resident, more, thorough=False)
        settled = self._collect(clean, more)
        self._spent += process_time() - began
        return settled

    def _collect(self, clean_bytes: int, more_free_bytes: int) -> Settled:
        """Collect the young first: what a short test has left is among them."""
        more, resident = more_free_bytes, 0
        for generation in (1, 2):
            gc.collect(generation)
            trim()
            resident = self._reset()
            more += self._more_free()
            if resident - more < clean_bytes:
                break
        return Settled(resident, more, thorough=True)

    def _more_free(self) -> int:
        """Tell how much Python's allocator has free beyond what it had when this was last asked."""
        free = self._free()
        more = free - self._free_bytes
        self._free_bytes = free
        self.most_free_bytes = max(self.most_free_bytes, free)
        return more


def trim() -> None:
    """Have malloc give back what is free; only glibc has such a call."""
    found = getattr(_LIBC, "malloc_trim", None)
    if found is not None:
        found(0)


_LIBC = ctypes.CDLL(None)
