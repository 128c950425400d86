"""Reads how much memory this process has resident, as `process.memoryUsage().rss` does in Node."""

import os

_PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")


def read_rss() -> int:
    """Tell the resident memory of this process in bytes."""
    descriptor = os.open("/proc/self/statm", os.O_RDONLY)
    try:
        return int(os.read(descriptor, 128).split()[1]) * _PAGE_SIZE
    finally:
        os.close(descriptor)
