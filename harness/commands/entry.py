"""The way in. Nothing that is loaded is ever garbage, so the collector waits until all is there and leaves it alone.

That takes a tenth off the start of `membench measure`, and as much off its end.
"""

import gc
from typing import NoReturn


def run_and_exit() -> NoReturn:
    """Run the command line of this process and exit with its code."""
    gc.disable()
    from membench.harness.commands.command_line import run_and_exit as run  # noqa: PLC0415 - what is to be loaded

    run()
