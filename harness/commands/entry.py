"""The way in, and the way out.

Nothing that is loaded is ever garbage, so the collector waits until all is there and leaves it alone: that takes a
tenth off the start of `membench measure`, and as much off its end. An interrupt while modules are loaded, or once all
is done, has nothing to clean up, so it ends the process at once and without a word.
"""

import gc
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 130  # as errors.EXIT_INTERRUPTED, which would have to be loaded first


def run_and_exit() -> NoReturn:
    """Run the command line of this process and exit with its code."""
    gc.disable()
    _handle(_leave)
    from membench.harness.commands import command_line  # noqa: PLC0415 - what is to be loaded

    _handle(_Interrupts().take)
    code = command_line.run()
    _handle(_leave)
    sys.exit(code)


def _handle(handler: object) -> None:
    """Set the handler of every signal that ends us, but for those that whoever started us has us ignore."""
    for number in ENDING_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)  # type: ignore[arg-type]  # any of the functions below


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    os._exit(INTERRUPTED)


class _Interrupts:
    """The first one begins to clean up, the second changes nothing, and the third ends the process as it is."""

    def __init__(self) -> None:
        self._count = 0

    def take(self, number: int, frame: FrameType | None) -> None:
        """Take an interrupt.

        Raises:
            KeyboardInterrupt: it is the first.
        """
        self._count += 1
        if self._count == 1:
            raise KeyboardInterrupt
        if self._count > 2:  # noqa: PLR2004 - as the class says
            _leave(number, frame)
