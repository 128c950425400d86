"""The phases of a trial under a meter that does not know them, for what they were called and when they were."""

import json
from pathlib import Path

PHASES = "phases.jsonl"  # as the worker writes it


def read_phases(folder: Path) -> list[tuple[str, float, float]]:
    """Read names, starts and ends, in seconds since the first began; a line that was cut off is passed over."""
    path = folder / PHASES
    if not path.exists():
        return []
    found: list[tuple[str, float, float]] = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            name, start, end, _ = json.loads(line)
            found.append((str(name), float(start), float(end)))
        except (ValueError, TypeError):
            continue
    first = found[0][1] if found else 0.0
    return [(name, start - first, end - first) for name, start, end in found]
