"""What a results document can hold, asked before anything is measured: the limits are those of its schema."""

from collections.abc import Mapping, Sequence
from typing import Any

from membench.harness.errors import UsageError, one_line
from membench.harness.model import Workload
from membench.harness.store.schemas import validator


def require_storable(workloads: Sequence[Workload], meters: Sequence[str], repeats: int) -> None:
    """Refuse a run whose results could not be written once everything is measured.

    Raises:
        UsageError: a name is too long, or there are too many samples or repeats.
    """
    samples = validator("membench-results").schema["properties"]["samples"]
    _require_at_most(len(workloads) * len(meters), samples["maxItems"], "samples (workloads times meters)")
    members: Mapping[str, Any] = samples["items"]["properties"]
    _require_at_most(repeats, members["outcomes"]["maxItems"], "repeats")
    for workload in workloads:
        for member, name in (("scenario", workload.scenario), ("variant", workload.variant)):
            longest = members[member]["maxLength"]
            if not 1 <= len(name) <= longest:
                raise UsageError(
                    f"The {member} {one_line(name)!r} has {len(name):,} characters; a results document holds names of "
                    f"1 to {longest}. Give it a shorter name."
                )


def _require_at_most(count: int, most: int, what: str) -> None:
    if count > most:
        raise UsageError(f"{count:,} {what} are more than the {most:,} that a results document holds. Select fewer.")
