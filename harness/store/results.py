"""The results document: written and read, and checked against its schema both ways."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from membench.harness.errors import UnreadableInputError, one_line
from membench.harness.model import (
    CallSite,
    Change,
    Environment,
    Outcome,
    PhaseSpan,
    Promotion,
    Results,
    Sample,
)
from membench.harness.store.files import write_json
from membench.harness.store.plain import FORMAT_VERSION, command_facts_of, plain, refuse_constant, timeline_of
from membench.harness.store.schemas import validated, validator

RESULTS_FORMAT = "membench-results"
RESULTS_FILE = "results.json"
LARGEST_DOCUMENT_BYTES = 64 * 1024 * 1024
DEEPEST = 32  # levels of lists and objects; a document of ours has 6


def results_document(results: Results) -> dict[str, Any]:
    """Make the JSON document of results, checked against its schema."""
    document = {
        "format": RESULTS_FORMAT,
        "format_version": FORMAT_VERSION,
        "created": results.created,
        "revision": results.revision,
        "environment": plain(asdict(results.environment)),
        "samples": [_sample_document(sample) for sample in results.samples],
    }
    if results.history:
        document["history"] = [plain(asdict(promotion)) for promotion in results.history]
    return validated(document, RESULTS_FORMAT)


def _sample_document(sample: Sample) -> dict[str, Any]:
    return {
        "scenario": sample.scenario,
        "variant": sample.variant,
        "meter": sample.meter,
        "parameters": dict(sample.parameters),
        "unit": "bytes",
        "peak_bytes": list(sample.peak_bytes),
        "median_bytes": sample.median_bytes,
        "spread_bytes": sample.spread_bytes,
        "failed_peak_bytes": list(sample.failed_peak_bytes),
        "wall_seconds": list(sample.wall_seconds),
        "outcomes": [str(outcome) for outcome in sample.outcomes],
        "expected_outcome": str(sample.expected_outcome),
        "budget_bytes": sample.budget_bytes,
        "digest": sample.digest,
        "phases": dict(sample.phases),
        "phase_spans": [plain(asdict(span)) for span in sample.phase_spans],
        "timeline": plain(asdict(sample.timeline)) if sample.timeline else None,
        "source": sample.source,
        "call_sites": [plain(asdict(site)) for site in sample.call_sites],
        "artifacts": list(sample.artifacts),
        "commands": [plain(asdict(facts)) for facts in sample.commands],
        "failures": list(sample.failures),
        "warnings": list(sample.warnings),
    }


def write_results(results: Results, folder: Path) -> Path:
    """Write `results.json` into a folder, all of it or nothing."""
    return write_results_file(results, folder / RESULTS_FILE)


def write_results_file(results: Results, path: Path) -> Path:
    """Write a results document under any name, all of it or nothing."""
    return write_json(results_document(results), path)


def read_results(path: Path) -> Results:
    """Read a results document.

    Raises:
        UnreadableInputError: there is no such file, or it is no results document of a version known here.
    """
    document = _read_json(path)
    if not isinstance(document, dict) or document.get("format") != RESULTS_FORMAT:
        raise UnreadableInputError(f"{path} is not a {RESULTS_FORMAT} document. Give a results.json of membench.")
    version = document.get("format_version")
    if version != FORMAT_VERSION:
        raise UnreadableInputError(
            f"{path} has format version {one_line(version)}; this membench reads version {FORMAT_VERSION}. "
            "Use a membench that is as new as the file."
        )
    _require_valid(document, path)
    return Results(
        created=document["created"],
        environment=_environment(document["environment"]),
        samples=tuple(_sample(entry) for entry in document["samples"]),
        revision=document.get("revision", ""),
        history=tuple(_promotion(entry) for entry in document.get("history", ())),
    )


def read_document(path: Path, schema: str) -> dict[str, Any]:
    """Read a JSON document of one of the other kinds, such as `membench-scale`.

    Raises:
        UnreadableInputError: there is no such file, or it is not as its schema says.
    """
    document: dict[str, Any] = _read_json(path)
    _require_valid(document, path, schema)
    return document


def _read_json(path: Path) -> Any:
    try:
        size = path.stat().st_size
        if size > LARGEST_DOCUMENT_BYTES:
            raise UnreadableInputError(f"{path} has {size:,} bytes; at most {LARGEST_DOCUMENT_BYTES:,} are read.")
        document = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse_constant)
        _require_shallow(document)
    except OSError as error:
        raise UnreadableInputError(f"Cannot read {path}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0][:200] or type(error).__name__
        raise UnreadableInputError(f"{path} is not JSON that is read here: {reason}.") from error
    return document


def _require_shallow(document: Any) -> None:
    """Refuse what is nested so deeply that whatever goes through it later, level by level, would run out of stack."""
    level = [document]
    for _ in range(DEEPEST + 1):
        level = [entry for entry in level if isinstance(entry, dict | list)]
        if not level:
            return
        level = [entry for outer in level for entry in (outer.values() if isinstance(outer, dict) else outer)]
    raise ValueError(f"lists and objects are nested more than {DEEPEST} deep")


def _require_valid(document: Any, path: Path, schema: str = RESULTS_FORMAT) -> None:
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - only documents that are read need it

    error = best_match(validator(schema).iter_errors(document))
    if error is not None:
        where = "/".join(map(one_line, error.absolute_path)) or "the document"
        words = one_line(error.message)
        raise UnreadableInputError(f"{path} is no valid {schema.removeprefix('membench-')} document: {where}: {words}.")


def _environment(entry: Mapping[str, Any]) -> Environment:
    return Environment(**{name: entry[name] for name in Environment.__dataclass_fields__ if name in entry})


def _promotion(entry: Mapping[str, Any]) -> Promotion:
    changes = tuple(Change(**_known(change, Change)) for change in entry["changes"])
    return Promotion(at=entry["at"], by=entry["by"], reason=entry["reason"], changes=changes)


def _known(entry: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """Leave out what a later version has added."""
    return {field.name: entry[field.name] for field in fields(kind) if field.name in entry}


def _sample(entry: Mapping[str, Any]) -> Sample:
    timeline = entry.get("timeline")
    return Sample(
        scenario=entry["scenario"],
        variant=entry["variant"],
        meter=entry["meter"],
        peak_bytes=tuple(entry["peak_bytes"]),
        wall_seconds=tuple(entry["wall_seconds"]),
        outcomes=tuple(Outcome(outcome) for outcome in entry["outcomes"]),
        digest=entry["digest"],
        phases=dict(entry["phases"]),
        phase_spans=tuple(PhaseSpan(**span) for span in entry.get("phase_spans", ())),
        timeline=timeline_of(timeline) if timeline else None,
        expected_outcome=Outcome(entry.get("expected_outcome", "ok")),
        budget_bytes=entry.get("budget_bytes"),
        source=entry.get("source", ""),
        call_sites=tuple(CallSite(**site) for site in entry.get("call_sites", ())),
        artifacts=tuple(entry.get("artifacts", ())),
        commands=tuple(command_facts_of(facts) for facts in entry.get("commands", ())),
        failures=tuple(entry.get("failures", ())),
        warnings=tuple(entry["warnings"]),
        parameters=dict(entry.get("parameters", {})),
        failed_peak_bytes=tuple(entry.get("failed_peak_bytes", ())),
    )
