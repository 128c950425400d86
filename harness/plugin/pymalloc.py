"""What Python's own allocator keeps for later: free pools and blocks, still resident, of arenas that are partly in use.

A test that has let go of everything leaves megabytes of these behind. They are no growth: the next test takes them. The
figure is in what `sys._debugmallocstats` prints.
"""

import os
import re
import sys
import tempfile

_ARENAS = re.compile(rb"arenas \* \d+ bytes/arena\s*=\s*([\d,]+)")
_IN_USE = re.compile(rb"# bytes in allocated blocks\s*=\s*([\d,]+)")
_STDERR = 2


def free_bytes() -> int:
    """Tell how many bytes of its arenas are free; 0 where there are none, as under another allocator."""
    printed = _printed_statistics()
    arenas, in_use = _ARENAS.search(printed), _IN_USE.search(printed)
    return _number(arenas[1]) - _number(in_use[1]) if arenas and in_use else 0


def _printed_statistics() -> bytes:
    """Have the statistics printed to a file in the place of standard error, the only place that they go to."""
    show = getattr(sys, "_debugmallocstats", None)
    if show is None:
        return b""
    with tempfile.TemporaryFile() as file:
        kept = os.dup(_STDERR)
        try:
            os.dup2(file.fileno(), _STDERR)
            show()
        finally:
            os.dup2(kept, _STDERR)
            os.close(kept)
        file.seek(0)
        return file.read()


def _number(text: bytes) -> int:
    return int(text.replace(b",", b""))
