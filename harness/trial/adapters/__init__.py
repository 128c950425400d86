"""Ways to call what is measured, one a file, loaded inside the measured process like a meter.

A module has `make(request, resolve)`. It does all that is not to be counted, such as set-up, and returns an object
with `run(mark)`, `digest()` and `close()`; `resolve` finds what a "package.module:name" names. The kind `object` has no
file: there the target itself returns such an object, and all that it does is counted.
"""

import pkgutil
from pathlib import Path

from membench.harness.errors import unknown_name

OBJECT = "object"
FUNCTION = "function"
ASV = "asv"
COMMAND = "command"  # no Python at all: a program, followed from outside
FOLDER = Path(__file__).parent


def kind_file(name: str) -> Path | None:
    """Find the file of a kind; None for `object`, which needs none.

    Raises:
        UsageError: there is none of that name.
    """
    if name == OBJECT:
        return None
    known = sorted(module.name for module in pkgutil.iter_modules([str(FOLDER)]))
    if name not in known:
        raise unknown_name("kind of workload", name, [OBJECT, *known])
    return FOLDER / f"{name}.py"
