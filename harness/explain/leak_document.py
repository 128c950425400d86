"""What was found about a leak, as a JSON document. Sizes are bytes."""

from typing import Any

from membench.harness.explain.document import holder_document, path_document
from membench.harness.explain.leak import Leak
from membench.harness.store.schemas import validated

FORMAT = "membench-leak"
FORMAT_VERSION = 1
_MOST_PATHS = 50


def leak_document(found: Leak) -> dict[str, Any]:
    """Make the document."""
    calls = found.more_calls or 1
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "workload": found.workload,
        "verdict": str(found.verdict),
        "calls": found.calls,
        "meter": found.meter,
        "per_call_bytes": round(found.slope.per_call, 3),
        "low_bytes": round(found.slope.low, 3),
        "high_bytes": round(found.slope.high, 3),
        "smallest_resident_per_call_bytes": round(found.smallest_resident, 3),
        "meters": {
            meter: {
                "per_call_bytes": round(slope.per_call, 3),
                "low_bytes": round(slope.low, 3),
                "high_bytes": round(slope.high, 3),
                "verdict": str(slope.verdict),
            }
            for meter, slope in found.slopes.items()
        },
        "paths": [
            path_document(path) | {"per_call_bytes": round(path.shift_bytes / calls, 3)}
            for path in found.paths[:_MOST_PATHS]
        ],
        "holders": [
            holder_document(shift) | {"per_call_bytes": round(shift.shift_bytes / calls, 3)} for shift in found.holders
        ],
        "failure": found.failure,
    }
    return validated(document, FORMAT)
