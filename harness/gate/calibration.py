"""How far unchanged trials differ on this machine just now: no threshold below that can hold.

The workload is small and does what programs do: it makes many objects, keeps some, and drops them.
"""

from collections.abc import Sequence

from membench.harness.errors import MeasurementError
from membench.harness.model import Workload
from membench.harness.runs.sampling import make_samples
from membench.harness.runs.session import ObserverFor, Session
from membench.harness.trial.import_root import IMPORT_ROOT

TRIALS = 8
METER = "peak_rss"
_TARGET = "membench.harness.gate.calibration_workload:steady"


def noise_floor(session: Session, observer_for: ObserverFor) -> int:
    """Measure the spread of unchanged trials in bytes; one page where there is none, for nothing finer is counted.

    One trial is left out, the one that makes the spread largest: about one in a thousand is off by what the kernel maps
    at once around a page, and no comparison is decided by a single trial either.

    Raises:
        MeasurementError: a trial failed, so that nothing is known of the noise.
        MembenchError: a process could not be started.
    """
    workload = Workload(
        scenario="calibration",
        variant="unchanged",
        target=_TARGET,
        parameters={},
        import_paths=(str(IMPORT_ROOT),),
    )
    readings = session.read([workload], [METER], TRIALS, observer_for)
    (sample,) = make_samples([workload], readings)
    if sample.failed:
        raise MeasurementError(f"The noise of this machine could not be measured: {sample.failures[0]}.")
    return max(_spread_without_one(sample.peak_bytes), session.environment.page_size)


def _spread_without_one(peaks: Sequence[int]) -> int:
    ordered = sorted(peaks)
    return min(ordered[-2] - ordered[0], ordered[-1] - ordered[1])
