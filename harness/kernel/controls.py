"""What is held still while a trial runs, so that the same trial gives the same page count twice.

Each is applied to the process about to be started by the thread that starts it: a child takes them over.
"""

import ctypes
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

# <linux/personality.h>; what `setarch -R` sets. Docker's default seccomp profile refuses it.
ADDR_NO_RANDOMIZE = 0x0040000
_QUERY = 0xFFFFFFFF

_libc = ctypes.CDLL(None, use_errno=True)
_libc.personality.argtypes = [ctypes.c_ulong]
_libc.personality.restype = ctypes.c_int

# All that a measured process gets: 8 KB more of environment move a peak by 16 kB.
SCRUBBED_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """Which controls a trial runs under."""

    address_randomisation_off: bool
    pinned_cpu: bool
    hash_seed: str | None = SCRUBBED_ENVIRONMENT["PYTHONHASHSEED"]  # None: left to the program
    environment_scrubbed: bool = True


def available_controls() -> Controls:
    """Find out which controls hold on this machine, by trying each."""
    return Controls(address_randomisation_off=why_randomised() is None, pinned_cpu=why_unpinned() is None)


def why_randomised() -> str | None:
    """Say why address randomisation cannot be turned off here; None where it can."""
    try:
        persona = _personality(_QUERY)
        _personality(persona | ADDR_NO_RANDOMIZE)
        held = bool(_personality(_QUERY) & ADDR_NO_RANDOMIZE)
        _personality(persona)
    except OSError as error:
        return error.strerror or "personality: refused"
    return None if held else "personality: accepted, but without effect"


def why_unpinned() -> str | None:
    """Say why a process cannot be pinned to one CPU here; None where it can."""
    affinity = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(affinity)})
        os.sched_setaffinity(0, affinity)
    except OSError as error:
        return f"sched_setaffinity: {error.strerror}"
    return None


def usable_cpus() -> list[int]:
    """List the CPUs that this process may run on, in order."""
    return sorted(os.sched_getaffinity(0))


def cpus_of_jobs(jobs: int) -> list[int]:
    """Give each of so many jobs side by side its CPU, as far as there are enough one of its own."""
    cpus = usable_cpus()
    return [cpus[job % len(cpus)] for job in range(jobs)]


@contextmanager
def applied(controls: Controls, cpu: int) -> Iterator[None]:
    """Put the calling thread under the controls; a process started inside the `with` takes them over.

    A control that is not wanted is not touched: where it is refused, even asking after it may be.

    Raises:
        OSError: the kernel refuses one.
    """
    with ExitStack() as undo:
        if controls.address_randomisation_off:
            persona = _personality(_QUERY)
            undo.callback(_personality, persona)
            _personality(persona | ADDR_NO_RANDOMIZE)
        if controls.pinned_cpu:
            undo.callback(os.sched_setaffinity, 0, os.sched_getaffinity(0))
            os.sched_setaffinity(0, {cpu})
        yield


def _personality(persona: int) -> int:
    previous: int = _libc.personality(persona)
    if previous == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"personality: {os.strerror(number)}")
    return previous
