"""Folders of stored runs for tests: documents that nothing was measured for."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from sample_results import ENVIRONMENT, results, sample

from membench.harness.model import Sample
from membench.harness.store.results import results_document

MIB = 1024 * 1024


def store(folder: Path, day: int, *samples: Sample, revision: str = "", fingerprint: str = "abc", **facts: Any) -> Path:
    """Store a run that was made on a day of January 2026."""
    run = replace(
        results(*samples),
        created=f"2026-01-{day:02d}T00:00:00+00:00",
        environment=replace(ENVIRONMENT, fingerprint=fingerprint, **facts),
        revision=revision,
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "results.json"
    path.write_text(json.dumps(results_document(run)))
    return path


def peaks(folder: Path, *values: int) -> None:
    """Store a run of one workload a day."""
    for day, peak in enumerate(values, start=1):
        store(folder / f"run-{day:02d}", day, sample(peaks=(peak,) * 3))
