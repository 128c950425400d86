"""Readings, one a line, on disk as soon as each is there: a run that was stopped can be taken up again."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from membench.harness.errors import UnreadableInputError, UsageError, one_line
from membench.harness.keys import Side, TrialKey
from membench.harness.model import CallSite, Outcome, PhaseSpan, Reading, Workload
from membench.harness.store.files import atomic_writer
from membench.harness.store.plain import FORMAT_VERSION, command_facts_of, plain, refuse_constant, timeline_of
from membench.harness.store.schemas import is_valid

READINGS_FORMAT = "membench-readings"
READINGS_FILE = "readings.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What readings are of. Those of another machine, other code or another definition never stand beside them."""

    fingerprint: str  # of the environment
    revision: str = ""  # of the code under test; "" where it is not known
    changes: str = ""  # a digest of what was changed since that revision
    workloads: Mapping[str, str]  # a digest of each workload's definition, by `scenario/variant`

    @classmethod
    def of(cls, workloads: Iterable[Workload], *, fingerprint: str, revision: str = "", changes: str = "") -> "Origin":
        """Describe where the readings of these workloads come from."""
        digests = {f"{one.scenario}/{one.variant}": _definition_digest(one) for one in workloads}
        return cls(fingerprint=fingerprint, revision=revision, changes=changes, workloads=digests)


def _definition_digest(workload: Workload) -> str:
    """Digest what is run: neither what is allowed of it nor what is expected of it."""
    definition = asdict(workload)
    for name in ("time_limit_seconds", "budget_bytes", "tags", "expected_digest", "expected_outcome"):
        definition.pop(name)
    return hashlib.sha256(json.dumps(definition, sort_keys=True, default=str).encode()).hexdigest()[:16]


class ReadingsFile:
    """A file that readings are appended to as they come, so that a run that is stopped can be taken up again."""

    def __init__(self, folder: Path, origin: Origin) -> None:
        self._path = folder / READINGS_FILE
        self._origin = origin
        self._file: IO[str] | None = None

    def resume(self) -> dict[TrialKey, Reading]:
        """Read what an earlier run has kept; a last line that was cut off is left out.

        Raises:
            UsageError: the readings come from another machine, interpreter or settings, from other code, or from a
                workload that was defined otherwise.
            UnreadableInputError: the file is not one of readings.
        """
        if not self._path.exists():
            return {}
        try:
            lines = self._path.read_text(encoding="utf-8").split("\n")
            header = json.loads(lines[0])
            if header["format"] != READINGS_FORMAT or header["format_version"] != FORMAT_VERSION:
                raise UnreadableInputError(f"{self._path} has no readings of this version of membench.")
            there = Origin(**{name: header[name] for name in Origin.__dataclass_fields__ if name in header})
            # The last piece is empty where the last line is whole.
            readings = [reading_of(_entry(line)) for line in lines[1:-1]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UnreadableInputError(
                f"{self._path} holds something other than readings. Run without --resume."
            ) from error
        self._require_same(there)
        return {reading.key: reading for reading in readings}

    def _require_same(self, there: Origin) -> None:
        here = self._origin
        if there.fingerprint != here.fingerprint:
            raise UsageError(f"{self._path} was measured under other conditions than these. Run without --resume.")
        if (there.revision, there.changes) != (here.revision, here.changes):
            edited = " The code was edited since." if there.revision == here.revision else ""
            raise UsageError(
                f"{self._path} has readings of {there.revision or 'an unknown revision'}, and this is "
                f"{here.revision or 'an unknown revision'}.{edited} Run without --resume."
            )
        for name in there.workloads.keys() & here.workloads.keys():
            if there.workloads[name] != here.workloads[name]:
                raise UsageError(
                    f"{self._path} has readings of {one_line(name)} under another definition: its call, command or "
                    "parameters have changed. Run without --resume."
                )

    def start(self, kept: Mapping[TrialKey, Reading]) -> None:
        """Begin the file anew with what is kept of an earlier run."""
        header = {
            "format": READINGS_FORMAT,
            "format_version": FORMAT_VERSION,
            **asdict(self._origin),
        }
        with atomic_writer(self._path) as file:
            for document in (header, *(reading_document(reading) for reading in kept.values())):
                file.write(json.dumps(document) + "\n")
        self._file = self._path.open("a", encoding="utf-8")

    def append(self, reading: Reading) -> None:
        """Add one reading; it is on disk when this returns."""
        assert self._file is not None, "append before start"
        self._file.write(json.dumps(reading_document(reading)) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def _entry(line: str) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(line, parse_constant=refuse_constant)
    if not is_valid(entry, "membench-reading"):
        raise ValueError("no reading")
    return entry


def reading_document(reading: Reading) -> dict[str, Any]:
    """Make the JSON object of a reading."""
    document: dict[str, Any] = plain(asdict(reading))
    return document


def reading_of(entry: dict[str, Any]) -> Reading:
    """Make a reading of its JSON object, which is used up.

    Raises:
        KeyError, TypeError, ValueError: it is not one.
    """
    timeline = entry.pop("timeline")
    spans = entry.pop("phases")
    outcome = Outcome(entry.pop("outcome"))
    sites = entry.pop("call_sites", ())
    artifacts = entry.pop("artifacts", ())
    command = entry.pop("command", None)
    side = entry.pop("side", None)
    return Reading(
        **entry,
        outcome=outcome,
        phases=tuple(PhaseSpan(**span) for span in spans),
        call_sites=tuple(CallSite(**site) for site in sites),
        artifacts=tuple(artifacts),
        command=command_facts_of(command) if command else None,
        timeline=timeline_of(timeline) if timeline else None,
        side=Side(side) if side else None,
    )
