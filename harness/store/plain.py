"""Between the engine's dataclasses and what JSON has."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from membench.harness.model import CommandFacts, Timeline

FORMAT_VERSION = 1  # 1: the first


def plain(value: Any) -> Any:
    """Turn tuples and enumerations into what JSON has."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return str(value) if isinstance(value, StrEnum) else value


def is_plain(value: object) -> bool:
    """Tell whether a value comes out of JSON as it went in."""
    try:
        return bool(json.loads(json.dumps(value)) == value)
    except (TypeError, ValueError, RecursionError):
        return False


def timeline_of(entry: Mapping[str, Any]) -> Timeline:
    """Make a timeline of its JSON object."""
    # Cut to the shorter one: the schema cannot say that two lists are equally long.
    length = min(len(entry["seconds"]), len(entry["rss_bytes"]))
    return Timeline(seconds=tuple(entry["seconds"][:length]), rss_bytes=tuple(entry["rss_bytes"][:length]))


def command_facts_of(entry: Mapping[str, Any]) -> CommandFacts:
    """Make what a command told of its JSON object, which may be of a version that told less."""
    return CommandFacts(**{**entry, "caveats": tuple(entry.get("caveats", ()))})


def refuse_constant(name: str) -> Any:
    """Take none of the constants that Python reads as JSON: NaN and the infinities.

    Raises:
        ValueError: always.
    """
    raise ValueError(f"{name} is not a number")
