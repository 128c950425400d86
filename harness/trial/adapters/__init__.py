"""Ways to call what is measured, one a file, loaded inside the measured process like a meter.

A module has `make(request, resolve)`. It does all that is not to be counted, such as set-up, and returns an object
with `run(mark)`, `digest()` and `close()`; `resolve` finds what a "package.module:name" names. The adapter `object` has
no file: there the target itself returns such an object, and all that it does is counted.
"""

from pathlib import Path

from membench.harness.discovery import Registry

OBJECT = "object"
FUNCTION = "function"
ASV = "asv"
COMMAND = "command"  # no Python at all: a program, followed from outside
ADAPTERS = Registry(kind="adapter", package=__name__, folders=__path__, extra=(OBJECT,))


def adapter_file(name: str) -> Path | None:
    """Find the file of an adapter; None for `object`, which needs none.

    Raises:
        UsageError: there is none of that name.
    """
    return None if name == OBJECT else ADAPTERS.file(name)
