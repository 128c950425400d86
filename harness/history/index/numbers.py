"""The numbers that the index has given to machine classes and series; what it meets for the first time gets one."""

import json

from membench.harness.history.index.database import Database
from membench.harness.history.machine_class import MachineClass
from membench.harness.keys import Key


class Numbers:
    """Knows the numbers that it has asked for, so each is asked for once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._series: dict[tuple[int, str, str, str], int] = {}
        self._classes: dict[str, int] = {}

    def of_class(self, machine: MachineClass) -> int:
        """Give the number of a machine class; those of its series come along."""
        if machine.key not in self._classes:
            self._database.run(
                "INSERT INTO classes (key, name, facts) VALUES (?,?,?) ON CONFLICT DO NOTHING",
                (machine.key, machine.name, json.dumps(dict(machine.facts))),
            )
            row = self._database.one("SELECT id FROM classes WHERE key = ?", (machine.key,))
            assert row is not None, "a class that was put in is there"
            self._classes[machine.key] = row[0]
            self._series.update(
                {
                    (row[0], *names): series_id
                    for series_id, *names in self._database.rows(
                        "SELECT id, scenario, variant, meter FROM series WHERE class_id = ?", (row[0],)
                    )
                }
            )
        return self._classes[machine.key]

    def of_series(self, class_id: int, key: Key) -> int:
        """Give the number of a series of a machine class."""
        row_key = (class_id, storable(key.scenario), storable(key.variant), storable(key.meter))
        if row_key not in self._series:
            self._database.run(
                "INSERT INTO series (class_id, scenario, variant, meter) VALUES (?,?,?,?) ON CONFLICT DO NOTHING",
                row_key,
            )
            row = self._database.one(
                "SELECT id FROM series WHERE class_id = ? AND scenario = ? AND variant = ? AND meter = ?", row_key
            )
            assert row is not None, "a series that was put in is there"
            self._series[row_key] = row[0]
        return self._series[row_key]


def storable(text: str) -> str:
    """Make a name one that every database takes: without lone surrogates, and without the character 0."""
    return text.encode("utf-8", errors="backslashreplace").decode().replace("\0", "\\x00")
