"""Runs a command with system calls refused, as the seccomp profiles of containers do.

python refused_calls.py ptrace,personality COMMAND [ARG]...
"""

import ctypes
import os
import platform
import struct
import sys

NUMBERS = {
    "x86_64": {"ptrace": 101, "personality": 135, "prctl": 157, "sched_setaffinity": 203, "pidfd_open": 434},
    "aarch64": {"ptrace": 117, "personality": 92, "prctl": 167, "sched_setaffinity": 122, "pidfd_open": 434},
}.get(platform.machine(), {})
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06  # BPF
_ALLOW, _EPERM = 0x7FFF0000, 0x00050001
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # prctl


def refuse(names: list[str]) -> None:
    """Refuse these calls with EPERM to this process and all that it becomes and starts."""
    numbers = [NUMBERS[name] for name in names]
    steps = [struct.pack("HBBI", _LOAD, 0, 0, 0)]
    steps += [struct.pack("HBBI", _EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    steps += [struct.pack("HBBI", _RETURN, 0, 0, _ALLOW), struct.pack("HBBI", _RETURN, 0, 0, _EPERM)]
    code = ctypes.create_string_buffer(b"".join(steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(_SECCOMP, _FILTER, program, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


if __name__ == "__main__":
    refuse(sys.argv[1].split(","))
    os.execvp(sys.argv[2], sys.argv[2:])
