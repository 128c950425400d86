"""Prints and writes JSON documents; apart from all that loads a library to draw with."""

import json
import sys
from typing import IO


def print_json(document: object) -> None:
    """Print one JSON document alone on standard output."""
    dump_json(document, sys.stdout)


def dump_json(document: object, file: IO[str]) -> None:
    """Write one JSON document."""
    json.dump(document, file, indent=1)
    file.write("\n")
