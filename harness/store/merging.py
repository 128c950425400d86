"""Several results documents as one: what the report of more than one run is made of."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from membench.harness.model import Results, Sample
from membench.harness.text import shortened

_LONGEST_REVISION = 200  # bytes; the schema allows as many characters

if TYPE_CHECKING:
    from membench.harness.keys import Key


def merge(runs: Sequence[tuple[str, Results]]) -> tuple[Results, tuple[str, ...]]:
    """Merge runs, each with the name that warnings call it by; of samples with one key the first one stays.

    Returns:
        The results, with the date and the environment of the first run and the revisions of all, and what a reader
        must know of them.
    """
    (first_name, first), *others = runs
    kept: dict[Key, Sample] = {}
    for sample in first.samples:
        kept.setdefault(sample.key, sample)
    warnings = []
    for name, results in others:
        if results.environment.fingerprint != first.environment.fingerprint:
            warnings.append(
                f"{name} comes from another environment than {first_name}: their figures cannot be compared"
            )
        other = sum(
            1
            for sample in results.samples
            if sample.key in kept and kept[sample.key].median_bytes != sample.median_bytes
        )
        if other:
            warnings.append(
                f"{other} of the samples in {name} have another peak in a document before it, which is shown"
            )
        for sample in results.samples:
            kept.setdefault(sample.key, sample)
    revisions = list(dict.fromkeys(results.revision for _, results in runs if results.revision))
    merged = replace(first, samples=tuple(kept.values()), revision=shortened(", ".join(revisions), _LONGEST_REVISION))
    return merged, tuple(warnings)


def with_artifacts_below(results: Results, folder: PurePath) -> Results:
    """Name the artifacts of a run as they are seen from elsewhere: `folder` is the way to the run's own folder."""
    return replace(results, samples=tuple(_moved(sample, folder) for sample in results.samples))


def _moved(sample: Sample, folder: PurePath) -> Sample:
    return replace(sample, artifacts=tuple((folder / path).as_posix() for path in sample.artifacts))
