"""What a gate is asked for, whatever it compares with."""

from collections.abc import Callable
from dataclasses import dataclass

from membench.harness.errors import UsageError
from membench.harness.history.machine_class import class_differences
from membench.harness.keys import Key, WorkloadKey
from membench.harness.model import Environment, Results, Sample
from membench.harness.runs.environment import differences
from membench.harness.statistics.thresholds import Thresholds

THE_BASELINE = "the baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRequest:
    """What the gate is asked for.

    `selected` says whether only some of the workloads are; `names` tells of a stored one whether it is among them.
    """

    thresholds: Thresholds
    removed: tuple[str, ...]
    allow_environment_change: bool
    meters: tuple[str, ...]
    repeats: int
    most_repeats: int
    jobs: int
    timeout: float
    selected: bool
    names: Callable[[WorkloadKey], bool]
    at_merge_base: bool
    keep_captures: bool = False  # also where nothing has regressed

    def stored(self, results: Results) -> dict[Key, Sample]:
        """Give those samples of a document that were asked for by name; all of them where none are named."""
        return {sample.key: sample for sample in results.samples if self.names(sample.key.workload)}


def environment_warnings(base: Environment, head: Environment, request: GateRequest) -> list[str]:
    """Compare what the figures depend on beside the program.

    Raises:
        UsageError: it differs, and that was not allowed.
    """
    found = differences(base, head)
    if not found:
        return []
    message = f"The baseline was measured elsewhere: {'; '.join(found)}"
    # Within a class of machines that was named, what else differs is shown and no reason to refuse.
    within = bool(base.machine_class) and not class_differences(base, head)
    if not request.allow_environment_change and not within:
        raise UsageError(f"{message}. Measure a new one here, or give --allow-environment-change.")
    return [f"{message}. The shift is not the program's alone."]
