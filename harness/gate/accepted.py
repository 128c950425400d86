"""Rises that a change itself accepts, in a file that is reviewed with it: `membench-accepted.toml`.

    [[accepted]]
    workload = "import-orders"        # or "import-orders/orders=1000"
    rise = "12 MiB"
    reason = "The cache halves the time of an import."

Only entries that the base does not have count, so nothing accumulates: once the change is in, its entry is spent.
"""

import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from membench.harness.errors import UsageError
from membench.harness.gate.verdicts import Acceptance, GateRow
from membench.harness.keys import Key
from membench.harness.units import format_bytes, parse_size

ACCEPTED_FILE = "membench-accepted.toml"
DEFAULT_METER = "peak_rss"
LONGEST_REASON = 1000
_KEYS = ("workload", "rise", "reason", "meter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One entry."""

    workload: str  # a scenario, or a scenario and a variant as `scenario/variant`
    rise_bytes: int
    reason: str
    meter: str = DEFAULT_METER

    def covers(self, key: Key) -> bool:
        """Tell whether it is about a configuration."""
        return self.meter == key.meter and self.workload in {key.scenario, str(key.workload)}

    @property
    def label(self) -> str:
        """Name it."""
        return f"{self.workload}, {format_bytes(self.rise_bytes)}"


def read_accepted(text: str, place: str) -> tuple[Accepted, ...]:
    """Read the entries of a file.

    Raises:
        UsageError: it is no TOML, or an entry is not what it should be.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{place} is no TOML: {error}.") from error
    entries = document.pop("accepted", [])
    if document or not isinstance(entries, list):
        raise UsageError(f"{place} takes entries [[accepted]] with {', '.join(_KEYS)}, and nothing else.")
    return tuple(_entry(entry, f"{place}, entry {number}") for number, entry in enumerate(entries, 1))


def _entry(entry: Any, place: str) -> Accepted:
    if not isinstance(entry, dict) or not entry.keys() <= set(_KEYS):
        raise UsageError(f"{place} takes {', '.join(_KEYS)}.")
    for name in _KEYS[:3]:
        value = entry.get(name)
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_REASON:
            raise UsageError(f"{place}: {name} takes 1 to {LONGEST_REASON:,} characters of text.")
    meter = entry.get("meter", DEFAULT_METER)
    if not isinstance(meter, str):
        raise UsageError(f"{place}: meter takes a name, such as {DEFAULT_METER}.")
    try:
        rise = parse_size(entry["rise"])
    except UsageError as error:
        raise UsageError(f"{place}, rise: {error}") from error
    reason = " ".join(entry["reason"].split())
    return Accepted(workload=entry["workload"].strip(), rise_bytes=rise, reason=reason, meter=meter)


class AcceptedRises:
    """What a change accepts beyond what its base accepted already."""

    def __init__(self, base: Sequence[Accepted], head: Sequence[Accepted]) -> None:
        held = Counter(base)
        fresh = Counter(head) - held
        self._fresh = tuple(fresh.elements())
        self._stale = tuple((Counter(head) - fresh).elements())

    def of(self, key: Key) -> Acceptance | None:
        """Give what is accepted of a configuration; several entries add up."""
        found = [entry for entry in self._fresh if entry.covers(key)]
        if not found:
            return None
        reasons = "; ".join(dict.fromkeys(entry.reason for entry in found))
        return Acceptance(rise_bytes=sum(entry.rise_bytes for entry in found), reason=reasons)

    def warnings(self, rows: Iterable[GateRow], *, known: Collection[Key] | None) -> list[str]:
        """Say which entries do nothing. `known` are all configurations; None where only some were asked for."""
        used = [row.key for row in rows if row.accepted is not None]
        said = [f"{ACCEPTED_FILE}: {one.label} is in the base too and counts no more; remove it" for one in self._stale]
        for entry in self._fresh:
            if any(entry.covers(key) for key in used):
                continue
            if known is not None and not any(entry.covers(key) for key in known):
                said.append(f"{ACCEPTED_FILE}: {entry.label} ({entry.meter}) names no workload that was measured")
            elif known is None or any(entry.covers(key) for key in known):
                said.append(f"{ACCEPTED_FILE}: {entry.label} was not needed; remove it")
        return said
