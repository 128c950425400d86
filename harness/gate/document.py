"""The JSON document of a judgement, checked against its schema."""

from dataclasses import asdict
from typing import Any

from membench.harness.gate.comparison import shift_document
from membench.harness.gate.verdicts import GateRow, Judgement
from membench.harness.store.schemas import validated

GATE_FORMAT = "membench-gate"
FORMAT_VERSION = 1  # 1: the first


def gate_document(judgement: Judgement) -> dict[str, Any]:
    """Make the document."""
    document = {
        "format": GATE_FORMAT,
        "format_version": FORMAT_VERSION,
        "verdict": str(judgement.verdict),
        "headline": judgement.headline,
        "rows": [_row(row) for row in judgement.rows],
        "thresholds": asdict(judgement.thresholds),
        "noise_floor_bytes": judgement.noise_floor_bytes,
        "warnings": list(judgement.warnings),
    }
    return validated(document, GATE_FORMAT)


def _row(row: GateRow) -> dict[str, Any]:
    return {
        "scenario": row.scenario,
        "variant": row.variant,
        "meter": row.meter,
        "against": row.against,
        "base_bytes": row.base_bytes,
        "head_bytes": row.head_bytes,
        **shift_document(row.shift),
        "rise_at_least_bytes": row.decision.low_bytes if row.decision else None,
        "rise_at_most_bytes": row.decision.high_bytes if row.decision else None,
        "allowed_bytes": row.allowed_bytes,
        "repeats": None if row.repeats is None else {"base": row.repeats[0], "head": row.repeats[1]},
        "more_repeats": row.more_repeats,
        "accepted": asdict(row.accepted) if row.accepted else None,
        "budget_bytes": row.budget_bytes,
        "verdict": str(row.verdict),
        "reason": row.reason,
        "causes": [asdict(cause) for cause in row.causes],
    }
