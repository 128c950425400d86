"""How far unchanged trials differ on this machine just now: no threshold below that can hold.

The workload is small and does what programs do: it makes many objects, keeps some, and drops them.
"""

from pathlib import Path

from harness.errors import MeasurementError
from harness.model import Workload
from harness.sampling import make_samples
from harness.session import ObserverFor, Session

TRIALS = 8
METER = "peak_rss"
_TARGET = "harness.calibration_workload:steady"


def noise_floor(session: Session, observer_for: ObserverFor) -> int:
    """Measure the spread of unchanged trials in bytes; one page where there is none, for nothing finer is counted.

    Raises:
        MeasurementError: a trial failed, so that nothing is known of the noise.
        MembenchError: a process could not be started.
    """
    workload = Workload(
        scenario="calibration",
        variant="unchanged",
        target=_TARGET,
        parameters={},
        import_paths=(str(Path(__file__).parents[1]),),
    )
    readings = session.read([workload], [METER], TRIALS, observer_for)
    (sample,) = make_samples([workload], readings)
    if sample.failed:
        raise MeasurementError(f"The noise of this machine could not be measured: {sample.failures[0]}.")
    return max(sample.spread_bytes or 0, session.environment.page_size)
