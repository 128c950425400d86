"""Looks for a leak: the same call again and again in one process, more often until it is decided, then who holds it."""

from dataclasses import dataclass, replace

from membench.harness.errors import MeasurementError
from membench.harness.explain.call_tree import Node
from membench.harness.explain.difference import compare, shifted_paths
from membench.harness.explain.leak import LIVE, RESIDENT, RESIDENT_LEAST_BYTES, Leak
from membench.harness.explain.measuring import Explaining, Side
from membench.harness.explain.slope import LeakVerdict, Slope, judge_growth
from membench.harness.model import Outcome, Reading, Workload
from membench.harness.trial.adapters import adapter_file
from membench.harness.trial.adapters.repeated import ADAPTER, CALLS, PARAMETERS, POINTS, WARM_UP
from membench.harness.units import KIB

REPEATED = "repeated"
PHASES = 20  # of equal length that the calls are cut into
FEWEST_CALLS = PHASES * 2
MOST_CALLS = 20_000
LIVE_ALLOWED_BYTES = 16  # per call: Python's live allocations are exact, so nearly nothing is
RESIDENT_ALLOWED_BYTES = 512  # per call, of what only the kernel sees
LIVE_LEAST_BYTES = 1 * KIB
_MORE = 4  # times as many calls where so many do not decide
_LIKE = 1.6  # times the growth per call, or as many times less, is the same leak
_EXPLAINING_CALLS = 200  # at most, and twice as many: the instruments that explain are slow


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakSearch:
    """A search under way."""

    explaining: Explaining
    per_call_bytes: int | None = None  # growth that is allowed; None for next to nothing
    most_calls: int = MOST_CALLS

    def find(self, side: Side) -> Leak:
        """Call until it is decided or the calls are used up.

        Raises:
            MeasurementError: a trial failed.
        """
        calls = min(self.first_calls(), self.most_calls)
        while True:
            found = self._confirmed(side, Leak(workload=side.label, calls=calls, slopes=self._slopes(side, calls)))
            if found.verdict is not LeakVerdict.UNDECIDED or calls >= self.most_calls:
                break
            calls = min(calls * _MORE, self.most_calls)
        return self._explained(side, found) if found.verdict is LeakVerdict.LEAK else found

    def _confirmed(self, side: Side, found: Leak) -> Leak:
        """Ask again with another number of calls: a cache may have been filling just while the first ones decided."""
        if found.verdict is not LeakVerdict.LEAK:
            return found
        twice = 2 * found.calls
        other = twice if twice <= self.most_calls else max(FEWEST_CALLS, found.calls // 2)
        again = self._slopes(side, other)[found.meter]
        fits = again.per_call > 0 and 1 / _LIKE < again.per_call / found.slope.per_call < _LIKE
        # Half as many calls may be too few to decide, and then only have to grow as fast.
        kinds = {LeakVerdict.LEAK} if other > found.calls else {LeakVerdict.LEAK, LeakVerdict.UNDECIDED}
        return replace(found, confirmed=fits and again.verdict in kinds)

    def first_calls(self) -> int:
        """Say how many calls let resident memory tell the allowed growth."""
        allowed = self.per_call_bytes or RESIDENT_ALLOWED_BYTES
        return max(FEWEST_CALLS, -(-2 * RESIDENT_LEAST_BYTES // allowed))

    def _slopes(self, side: Side, calls: int) -> dict[str, Slope]:
        workload = repeated(side.workload, calls)
        session = self.explaining.session
        readings = session.read([workload], [LIVE, RESIDENT], 1, self.explaining.observer_for, first=1)
        points = {reading.meter: _points(reading) for reading in readings}
        return {
            LIVE: judge_growth(
                points[LIVE],
                allowed_per_call=self.per_call_bytes or LIVE_ALLOWED_BYTES,
                least_bytes=LIVE_LEAST_BYTES,
            ),
            RESIDENT: judge_growth(
                points[RESIDENT],
                allowed_per_call=self.per_call_bytes or RESIDENT_ALLOWED_BYTES,
                least_bytes=RESIDENT_LEAST_BYTES,
            ),
        }

    def _explained(self, side: Side, found: Leak) -> Leak:
        """Hold what is left after so many calls against what is left after twice as many."""
        calls = min(found.calls, _EXPLAINING_CALLS)
        sides = [
            replace(side, label=f"{number} calls", workload=repeated(side.workload, number))
            for number in (calls, 2 * calls)
        ]
        try:
            trees = [_left(heap.tree) for heap in self.explaining.heaps(sides)]
            paths = shifted_paths(compare(*trees), least_bytes=max(1, int(found.slope.per_call * calls / 20)))
            holders = self.explaining.shifts_at_end(sides, least_bytes=max(1, int(found.slope.per_call * calls / 4)))
        except MeasurementError as error:
            return replace(found, failure=str(error))
        grown = [path for path in paths if path.shift_bytes > 0]
        held = [shift for shift in holders if shift.shift_bytes > 0]
        return replace(found, paths=grown, holders=held, more_calls=calls)


def repeated(workload: Workload, calls: int) -> Workload:
    """Make the workload that calls another so many times."""
    inner = adapter_file(workload.adapter)
    parameters = {
        CALLS: calls,
        WARM_UP: max(3, calls // 20),
        POINTS: PHASES,
        ADAPTER: str(inner) if inner is not None else "",
        PARAMETERS: dict(workload.parameters),
    }
    return replace(
        workload,
        adapter=REPEATED,
        parameters=parameters,
        variant=f"{workload.variant} {calls} calls",
        expected_digest=None,
        expected_outcome=Outcome.OK,
        budget_bytes=None,
    )


def _points(reading: Reading) -> list[tuple[int, int]]:
    """Take what was held after so many calls.

    Raises:
        MeasurementError: the trial failed.
    """
    if reading.outcome is not Outcome.OK:
        last = (reading.stderr_tail.strip().splitlines() or [""])[-1]
        raise MeasurementError(f"{reading.scenario} failed when called again: {reading.detail}.\n{last}".rstrip())
    return [(int(phase.name), phase.peak_bytes) for phase in reading.phases if phase.name.isdecimal()]


def _left(tree: Node) -> Node:
    """Give the tree of what was still held at the end."""
    for node in tree.walk():
        node.bytes, node.count = node.end_bytes, node.end_count
    return tree
