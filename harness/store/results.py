"""The results document: written and read, and checked against its schema both ways.

Reading decodes and validates in one pass. Only what that refuses is read again, to say what is wrong with it.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from membench.harness.errors import UnreadableInputError, one_line
from membench.harness.model import (
    CallSite,
    Change,
    CommandFacts,
    Environment,
    Outcome,
    PhaseSpan,
    Promotion,
    Results,
    Sample,
    Timeline,
)
from membench.harness.store.files import write_json
from membench.harness.store.plain import FORMAT_VERSION, plain, refuse_constant
from membench.harness.store.schemas import is_valid, schema_of, validated, validator

M = TypeVar("M", PhaseSpan, CallSite, CommandFacts, Change)

RESULTS_FORMAT = "membench-results"
RESULTS_FILE = "results.json"
LARGEST_DOCUMENT_BYTES = 512 * 1024 * 1024
LARGEST_EXPLAINED_BYTES = (
    64 * 1024 * 1024
)  # of a document whose faults are looked for; it takes ten times as much memory
DEEPEST = 32  # levels of lists and objects; a document of ours has 6


def results_document(results: Results) -> dict[str, Any]:
    """Make the JSON document of results, checked against its schema."""
    document = {
        "format": RESULTS_FORMAT,
        "format_version": FORMAT_VERSION,
        "created": results.created,
        "revision": results.revision,
        "environment": _environment_document(results.environment),
        "samples": [_sample_document(sample) for sample in results.samples],
    }
    if results.history:
        document["history"] = [plain(asdict(promotion)) for promotion in results.history]
    return validated(document, RESULTS_FORMAT)


def _environment_document(environment: Environment) -> dict[str, Any]:
    document: dict[str, Any] = plain(asdict(environment))
    if not environment.machine_class:
        del document["machine_class"]
    return document


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
    return results_of(read_bytes(path), path)


def results_of(content: bytes, path: Path) -> Results:
    """Make results of the content of a document; `path` is what errors call it by.

    Raises:
        UnreadableInputError: it is no results document of a version known here.
    """
    document, environment = _decoded(content, path)
    return Results(
        created=document.created,
        environment=_environment(environment),
        samples=tuple(map(_sample, document.samples)),
        revision=document.revision or "",
        history=tuple(map(_promotion, document.history or ())),
    )


def read_document(path: Path, schema: str) -> dict[str, Any]:
    """Read a JSON document of one of the other kinds, such as `membench-scale`.

    Raises:
        UnreadableInputError: there is no such file, or it is not as its schema says.
    """
    document: dict[str, Any] = _parsed(read_bytes(path), path)
    if not is_valid(document, schema):
        raise _fault(document, path, schema)
    return document


def _decoded(content: bytes, path: Path) -> tuple[Any, Mapping[str, Any]]:
    """Decode a document, and its environment with all that is in it, known here or not."""
    import msgspec  # noqa: PLC0415 - only where documents are read

    decoder, environments = _decoders()
    try:
        document, environment = decoder.decode(content), environments.decode(content).environment
        _require_shallow(environment)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        plain_document = _known_results(content, path, error)
        try:
            # What the schema takes and JSON has another way to write, such as 5.0 where an integer is wanted.
            document = msgspec.convert(plain_document, decoder.type, strict=False)
        except (msgspec.ValidationError, ValueError) as refused:
            raise UnreadableInputError(f"{path} is no valid results document: {one_line(refused)}.") from refused
        environment = plain_document["environment"]
    return document, environment


@cache
def _decoders() -> tuple[Any, Any]:
    import msgspec  # noqa: PLC0415 - as above

    from membench.harness.store.decoding import type_of  # noqa: PLC0415 - as above

    type_ = type_of(schema_of(RESULTS_FORMAT), (Outcome,))
    environment = msgspec.defstruct("Surroundings", [("environment", dict[str, Any])])
    return msgspec.json.Decoder(type_), msgspec.json.Decoder(environment)


def _known_results(content: bytes, path: Path, refused: Exception) -> dict[str, Any]:
    """Read what could not be decoded, to find a document that is valid all the same.

    Raises:
        UnreadableInputError: it is not; says what is wrong with it.
    """
    if len(content) > LARGEST_EXPLAINED_BYTES:
        raise UnreadableInputError(f"{path} is no valid results document: {one_line(refused)}.") from refused
    document = _parsed(content, path)
    if not isinstance(document, dict) or document.get("format") != RESULTS_FORMAT:
        raise UnreadableInputError(f"{path} is not a {RESULTS_FORMAT} document. Give a results.json of membench.")
    version = document.get("format_version")
    if version != FORMAT_VERSION:
        raise UnreadableInputError(
            f"{path} has format version {one_line(version)}; this membench reads version {FORMAT_VERSION}. "
            "Use a membench that is as new as the file."
        )
    if not validator(RESULTS_FORMAT).is_valid(document):
        raise _fault(document, path, RESULTS_FORMAT)
    return document


def read_bytes(path: Path) -> bytes:
    """Read the content of a document that is not too large for one.

    Raises:
        UnreadableInputError: there is no such file, or it is too large.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_DOCUMENT_BYTES:
            raise UnreadableInputError(f"{path} has {size:,} bytes; at most {LARGEST_DOCUMENT_BYTES:,} are read.")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableInputError(f"Cannot read {path}: {error.strerror}.") from error


def _parsed(content: bytes, path: Path) -> Any:
    try:
        document = json.loads(content.decode("utf-8"), parse_constant=refuse_constant)
        _require_shallow(document)
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


def _fault(document: Any, path: Path, schema: str) -> UnreadableInputError:
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - only where something is wrong

    error = best_match(validator(schema).iter_errors(document))
    assert error is not None, "a fault is looked for in what is not valid"
    where = "/".join(map(one_line, error.absolute_path)) or "the document"
    text = one_line(error.message)
    return UnreadableInputError(f"{path} is no valid {schema.removeprefix('membench-')} document: {where}: {text}.")


def _environment(entry: Mapping[str, Any]) -> Environment:
    return Environment(**{name: entry[name] for name in Environment.__dataclass_fields__ if name in entry})


def _promotion(entry: Any) -> Promotion:
    changes = tuple(_made(Change, change) for change in entry.changes)
    return Promotion(at=entry.at, by=entry.by, reason=entry.reason, changes=changes)


def _sample(entry: Any) -> Sample:
    return Sample(
        scenario=entry.scenario,
        variant=entry.variant,
        meter=entry.meter,
        peak_bytes=entry.peak_bytes,
        wall_seconds=entry.wall_seconds,
        outcomes=entry.outcomes,
        digest=entry.digest,
        phases=entry.phases,
        phase_spans=tuple(_made(PhaseSpan, span) for span in entry.phase_spans or ()),
        timeline=_timeline(entry.timeline) if entry.timeline else None,
        expected_outcome=entry.expected_outcome or Outcome.OK,
        budget_bytes=entry.budget_bytes,
        source=entry.source or "",
        call_sites=tuple(_made(CallSite, site) for site in entry.call_sites or ()),
        artifacts=entry.artifacts or (),
        commands=tuple(_made(CommandFacts, facts) for facts in entry.commands or ()),
        failures=entry.failures or (),
        warnings=entry.warnings,
        parameters=entry.parameters or {},
        failed_peak_bytes=entry.failed_peak_bytes or (),
    )


def _timeline(entry: Any) -> Timeline:
    # Cut to the shorter one: the schema cannot say that two lists are equally long.
    length = min(len(entry.seconds), len(entry.rss_bytes))
    return Timeline(seconds=entry.seconds[:length], rss_bytes=entry.rss_bytes[:length])


def _made(kind: type[M], entry: Any) -> M:
    """Make one of the model's objects of a struct that has its members; an old document may lack some."""
    members = ((name, getattr(entry, name), field) for name, field in kind.__dataclass_fields__.items())
    return kind(**{name: value for name, value, field in members if value is not None or field.default is MISSING})
