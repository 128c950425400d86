"""Readings, one a line, on disk as soon as each is there: a run that was stopped can be taken up again."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from membench.harness.errors import UnreadableInputError, UsageError
from membench.harness.keys import Side, TrialKey
from membench.harness.model import CallSite, CommandFacts, Environment, Outcome, PhaseSpan, Reading
from membench.harness.store.files import atomic_writer
from membench.harness.store.plain import FORMAT_VERSION, plain, refuse_constant, timeline_of
from membench.harness.store.schemas import validator

READINGS_FORMAT = "membench-readings"
READINGS_FILE = "readings.jsonl"


class ReadingsFile:
    """A file that readings are appended to as they come, so that a run that is stopped can be taken up again."""

    def __init__(self, folder: Path, environment: Environment) -> None:
        self._path = folder / READINGS_FILE
        self._environment = environment
        self._file: IO[str] | None = None

    def resume(self) -> dict[TrialKey, Reading]:
        """Read what an earlier run has kept; a last line that was cut off is left out.

        Raises:
            UsageError: the readings come from another machine, interpreter or settings.
            UnreadableInputError: the file is not one of readings.
        """
        if not self._path.exists():
            return {}
        try:
            lines = self._path.read_text(encoding="utf-8").split("\n")
            header = json.loads(lines[0])
            if header["format"] != READINGS_FORMAT or header["format_version"] != FORMAT_VERSION:
                raise UnreadableInputError(f"{self._path} has no readings of this version of membench.")
            fingerprint = header["fingerprint"]
            # The last piece is empty where the last line is whole.
            readings = [reading_of(_entry(line)) for line in lines[1:-1]]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise UnreadableInputError(
                f"{self._path} holds something other than readings. Run without --resume."
            ) from error
        if fingerprint != self._environment.fingerprint:
            raise UsageError(f"{self._path} was measured under other conditions than these. Run without --resume.")
        return {reading.key: reading for reading in readings}

    def start(self, kept: Mapping[TrialKey, Reading]) -> None:
        """Begin the file anew with what is kept of an earlier run."""
        header = {
            "format": READINGS_FORMAT,
            "format_version": FORMAT_VERSION,
            "fingerprint": self._environment.fingerprint,
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
    if not validator("membench-reading").is_valid(entry):
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
        command=CommandFacts(**command) if command else None,
        timeline=timeline_of(timeline) if timeline else None,
        side=Side(side) if side else None,
    )
