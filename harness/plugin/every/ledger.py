"""Whose memory is whose: each change of the process's resident memory is charged to one test or to one fixture.

The charges add up to the growth of the whole process, so what a worker has inherited from earlier tests is known at
every moment. A fixture that outlives a test has an account of its own. One that does not is part of its test, and is
listed as well.
"""

from collections.abc import Callable
from dataclasses import dataclass

QUIET_BYTES = 64 * 1024  # a test that moved the mark by less has left nothing worth a reading


@dataclass(slots=True)
class _Part:
    """A part of a test that has a peak of its own: the call, or the setup of one fixture."""

    start_bytes: int
    base_bytes: int  # resident at its start, moved by what others took meanwhile
    peak_bytes: int = 0
    charged_bytes: int = 0


@dataclass(slots=True)
class FixtureAccount:
    """What one fixture has taken over all its uses."""

    name: str
    scope: str
    where: str
    times: int = 0
    peak_bytes: int = 0  # the highest above what was resident before its setup
    weight_bytes: int = 0  # the most that one setup of it added
    held_bytes: int = 0  # added by its setups and not given back by its teardowns; only where it outlives a test
    alive: int = 0


class Ledger:
    """Charges memory. `reset` resets the kernel's mark and returns what is resident; `peak` returns the mark."""

    def __init__(self, reset: Callable[[], int], peak: Callable[[], int]) -> None:
        self._reset = reset
        self._peak = peak
        self._stack: list[_Part] = []
        self._releasing: FixtureAccount | None = None
        self._released: list[FixtureAccount] = []
        self._test_bytes = 0
        self._quiet = False  # whether nothing of this test has moved the mark
        self.start_bytes = 0
        self.resident_bytes = 0  # at the last event
        self.peak_bytes = 0  # of the whole process
        self.tests_bytes = 0  # left by all tests that have ended
        self.collected_bytes = 0  # garbage of earlier tests, given back by a collection after a later one
        self.fixtures: dict[tuple[str, str, str], FixtureAccount] = {}

    def begin(self) -> None:
        """Begin with what is resident now."""
        self.peak_bytes = max(self.peak_bytes, self._peak())
        self.start_bytes = self.resident_bytes = self._reset()

    def test_starts(self) -> None:
        """Open the account of a test. What is resident is known from the end of the one before."""
        self._test_bytes = 0
        self._quiet = True
        self._stack.clear()
        self._released.clear()

    def call_starts(self) -> None:
        """Open the test's own part: its fixtures are there."""
        self._charge(self._reset())
        self._stack.append(_Part(self.resident_bytes, self.resident_bytes))

    def call_ends(self) -> int:
        """Close the test's own part and return its peak. What is resident is read at the next event."""
        part = self._stack.pop()
        self._test_bytes += part.charged_bytes
        peak = self._raise_to(self._peak(), part)
        self._quiet = self._quiet and peak < QUIET_BYTES
        return peak

    def fixture_starts(self, name: str, scope: str, where: str) -> FixtureAccount:
        """Open the setup of a fixture; the part that asked for it is interrupted."""
        self._quiet = False
        if self._stack:
            self._raise_to(self._peak(), self._stack[-1])
        self._charge(self._reset())
        self._stack.append(_Part(self.resident_bytes, self.resident_bytes))
        key = where, name, scope
        if key not in self.fixtures:
            self.fixtures[key] = FixtureAccount(name, scope, where)
        return self.fixtures[key]

    def fixture_ends(self, fixture: FixtureAccount, *, outlives: bool) -> None:
        """Close the setup of a fixture; what it took is no part of what asked for it."""
        peak = self._peak()
        self._charge(self._reset())
        part = self._stack.pop()
        fixture.times += 1
        fixture.peak_bytes = max(fixture.peak_bytes, self._raise_to(peak, part))
        fixture.weight_bytes = max(fixture.weight_bytes, part.charged_bytes)
        if outlives:
            fixture.held_bytes += part.charged_bytes
            fixture.alive += 1
        else:
            self._test_bytes += part.charged_bytes
        if self._stack:
            self._stack[-1].base_bytes += self.resident_bytes - part.start_bytes

    def release_starts(self, fixture: FixtureAccount) -> None:
        """Note that a fixture which outlives a test is torn down; what goes until the next event is its own."""
        self._quiet = False
        self._charge(self._reset())
        self._releasing = fixture
        self._released.append(fixture)
        fixture.alive -= 1

    def test_ends(self) -> None:
        """Read what is resident once the test and its fixtures are gone, unless nothing has moved."""
        if self._quiet:
            return
        resident = self._reset()
        change = resident - self.resident_bytes
        # A test keeps the values of its fixtures until its very end, so what goes now may be of any that was torn down.
        for fixture in self._released:
            if change < 0 < fixture.held_bytes:
                given = max(change, -fixture.held_bytes)
                fixture.held_bytes += given
                self.resident_bytes += given
                change -= given
        self._releasing = None
        self._charge(resident)

    @property
    def test_bytes(self) -> int:
        """What the test that runs, or has just ended, has left so far."""
        return self._test_bytes

    def settled(self, resident_bytes: int, more_free_bytes: int) -> None:
        """Correct the test that has just ended: garbage was collected, and so much more is free than before."""
        left = self._test_bytes + resident_bytes - self.resident_bytes - more_free_bytes
        self.collected_bytes += min(0, left)
        self._test_bytes = max(0, left)
        self.resident_bytes = resident_bytes

    def close(self) -> int:
        """Close the account of the test that has ended, and return what it leaves."""
        self.tests_bytes += self._test_bytes
        return self._test_bytes

    def _charge(self, resident_bytes: int) -> None:
        change = resident_bytes - self.resident_bytes
        self.resident_bytes = resident_bytes
        if self._releasing is not None:
            self._releasing.held_bytes += change
            self._releasing = None
        elif self._stack:
            self._stack[-1].charged_bytes += change
        else:
            self._test_bytes += change

    def _raise_to(self, mark_bytes: int, part: _Part) -> int:
        self.peak_bytes = max(self.peak_bytes, mark_bytes)
        part.peak_bytes = max(part.peak_bytes, mark_bytes - part.base_bytes)
        return part.peak_bytes
