"""Prints JSON documents; apart from all that loads a library to draw with."""

import json
import sys


def print_json(document: object) -> None:
    """Print one JSON document alone on standard output."""
    # Printed in a step of GitHub Actions, `##[` begins a command wherever it stands (reports/wording.py).
    sys.stdout.write(json.dumps(document, indent=1).replace("##[", "#\\u0023[") + "\n")
