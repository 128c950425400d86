"""Counts interrupts instead of ending at once: the command is to be ended by them first, and then membench."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from membench.harness.trial.follower import Follower

NUMBERS = (signal.SIGINT, signal.SIGTERM)
GROUP_SECONDS = 0.1  # in which a signal to the whole process group is also reported by the supervisor
GRACE_SECONDS = 10.0  # that a command may take to end after an interrupt
TELL_SECONDS = 1.0


class Interrupts:
    """The interrupts that have come, by their signals, in order."""

    def __init__(self, tell: Callable[[str], None] = lambda _: None) -> None:
        self.tell = tell
        self.numbers: list[int] = []
        self.by_user = 0  # those that the command did not send itself

    @contextmanager
    def counted(self) -> Iterator["Interrupts"]:
        """Count instead of raising KeyboardInterrupt; only in the main thread. What is ignored stays ignored."""
        before = {number: signal.getsignal(number) for number in NUMBERS}
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, self._count)
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _count(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.numbers.append(number)


class Interruption:
    """Decides what an interrupt means for a command that runs.

    A terminal sends Ctrl-C to everything in the foreground, so the command has it already; one that came to membench
    alone is passed on. One that the command itself sent to its whole group is none.
    """

    def __init__(self, interrupts: Interrupts, follower: Follower) -> None:
        self._interrupts = interrupts
        self._follower = follower
        self._handled = 0
        self._since = 0.0  # when the first one came
        self._open: list[tuple[int, float]] = []  # not known yet whether the whole group has it
        self._told = False

    def ends_by_force(self, now: float) -> bool:
        """Take what has come; True once the command has had its time to end, or a second one came."""
        fresh = self._interrupts.numbers[self._handled :]
        self._handled += len(fresh)
        self._open += [(number, now) for number in fresh]
        self._open = [entry for entry in self._open if not self._settle(*entry, now)]
        if not self._interrupts.by_user:
            return False
        waited = now - self._since
        if waited > TELL_SECONDS and not self._told:
            self._told = True
            self._interrupts.tell("waiting for the command to end; interrupt again to end it by force")
        return self._interrupts.by_user > 1 or waited > GRACE_SECONDS

    def _settle(self, number: int, came: float, now: float) -> bool:
        seen = next((signal for signal in self._follower.signals if signal.number == number), None)
        if seen is not None:
            self._follower.signals.remove(seen)
            if self._follower.is_own(seen.sender):
                return True
        elif now - came < GROUP_SECONDS:
            return False
        else:
            self._follower.signal(number)
        self._since = self._since or now
        self._interrupts.by_user += 1
        return True
