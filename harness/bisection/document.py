"""The JSON document of a bisection, checked against its schema."""

from dataclasses import asdict
from typing import Any

from membench.harness.bisection.finding import Finding, Rise, Visit
from membench.harness.bisection.line import ListedCommit
from membench.harness.bisection.walk import Standing
from membench.harness.store.schemas import validated

BISECTION_FORMAT = "membench-bisection"
FORMAT_VERSION = 1  # 1: the first
_STANDINGS = {Standing.GOOD: "good", Standing.BAD: "bad", Standing.SKIPPED: "skipped"}


def bisection_document(finding: Finding) -> dict[str, Any]:
    """Make the document; what stands at its top is of the largest rise."""
    largest = finding.rises[0]
    document = {
        "format": BISECTION_FORMAT,
        "format_version": FORMAT_VERSION,
        "good": finding.good.hash,
        "bad": finding.bad.hash,
        "commits": finding.between,
        **_found(largest),
        "workloads": [_rise(rise) for rise in finding.rises],
        "measured": [_visit(visit) for visit in finding.visits if not visit.failure],
        "skipped": [{**_commit(visit.commit), "reason": visit.failure} for visit in finding.visits if visit.failure],
        "warnings": list(finding.warnings),
    }
    return validated(document, BISECTION_FORMAT)


def _commit(commit: ListedCommit) -> dict[str, str]:
    return {"commit": commit.hash, "subject": commit.subject}


def _found(rise: Rise) -> dict[str, Any]:
    return {
        "first_bad": _commit(rise.first_bad) if rise.first_bad else None,
        "candidates": [_commit(commit) for commit in rise.candidates],
        "shift_bytes": rise.shift_bytes,
        "causes": [asdict(cause) for cause in rise.causes],
    }


def _rise(rise: Rise) -> dict[str, Any]:
    return {
        **rise.key._asdict(),
        "good_bytes": rise.good_bytes,
        "bad_bytes": rise.bad_bytes,
        "after": rise.after.hash,
        "is_merge": rise.candidates[-1].parents > 1,
        **_found(rise),
    }


def _visit(visit: Visit) -> dict[str, Any]:
    samples = [
        {**key._asdict(), "median_bytes": visit.peaks[key], "standing": _STANDINGS[standing]}
        for key, standing in visit.standings.items()
    ]
    return {**_commit(visit.commit), "samples": samples}
