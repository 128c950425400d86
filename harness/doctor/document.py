"""The JSON document of a diagnosis, checked against its schema."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from membench.harness.doctor.conditions import Condition
from membench.harness.doctor.diagnosis import Diagnosis, Plan
from membench.harness.model import Environment
from membench.harness.store.plain import plain
from membench.harness.store.schemas import validated

DOCUMENT = "membench-doctor"
FORMAT_VERSION = 1  # 1: the first


def condition_document(condition: Condition) -> dict[str, Any]:
    """Make the JSON object of a condition; its text has been called `words` since the first version of the format."""
    return {"name": condition.name, "holds": condition.holds, "words": condition.text}


def doctor_document(
    plan: Plan, environment: Environment, held: Sequence[Condition], diagnosis: Diagnosis
) -> Mapping[str, Any]:
    """Make the document."""
    document = {
        "format": DOCUMENT,
        "format_version": FORMAT_VERSION,
        "scenario": plan.workload.scenario,
        "variant": plan.workload.variant,
        "meter": plan.meter,
        "repeats": plan.repeats,
        "controls": [condition_document(condition) for condition in held],
        "spread_bytes": diagnosis.spread_bytes,
        "smallest_detectable_bytes": diagnosis.smallest_detectable_bytes,
        "noise_floor_bytes": diagnosis.noise_floor_bytes,
        "comparisons": diagnosis.comparisons,
        "false_alarms": diagnosis.false_alarms,
        "rises": [asdict(rise) for rise in diagnosis.rises],
        "peak_bytes": list(diagnosis.peak_bytes),
        "warnings": list(diagnosis.warnings),
        "environment": plain(asdict(environment)),
    }
    return validated(document, DOCUMENT)
