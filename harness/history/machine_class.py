"""The class of machines that a run belongs to: the few facts that move peaks, and the name that was given to it.

Only runs of one class are compared. What else differs between two machines of a class, such as the patch level of the
kernel, is shown and begins no new series.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from membench.harness.errors import one_line
from membench.harness.model import Environment

_UNNAMED = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineClass:
    """What the environments of one class have in common."""

    name: str  # as given with --machine or in the settings; "" where none was
    facts: Mapping[str, str]

    @property
    def key(self) -> str:
        """What tells it from all other classes."""
        text = json.dumps([self.name, dict(self.facts)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def title(self) -> str:
        """Name it for people."""
        return self.name or ", ".join(
            self.facts[fact] for fact in ("architecture", "libc", "python") if self.facts.get(fact)
        )


def class_of(environment: Environment) -> MachineClass:
    """Tell the class of an environment."""
    facts = {
        "architecture": environment.machine,
        "libc": environment.libc,
        "python": f"{environment.implementation} {_minor(environment.python)}",
        "page size": str(environment.page_size),
        "huge pages": environment.thp,
        **{f"control {_spelt(name)}": one_line(value) for name, value in environment.controls.items()},
        **{f"setting {name}": str(value) for name, value in environment.settings.items()},
    }
    return MachineClass(name=environment.machine_class, facts=facts)


def class_differences(base: Environment, head: Environment) -> list[str]:
    """Name the facts in which the classes of two environments differ, with both values."""
    one, other = class_of(base), class_of(head)
    named = [("class", one.name or "unnamed", other.name or "unnamed")]
    facts = [
        (fact, one.facts.get(fact, "unset"), other.facts.get(fact, "unset")) for fact in {**one.facts, **other.facts}
    ]
    return [f"{fact} {one_line(there)} and {one_line(here)}" for fact, there, here in named + facts if there != here]


def other_differences(base: Mapping[str, Any], head: Mapping[str, Any]) -> list[str]:
    """Name what differs between two environments of one class: what a series marks and does not break at."""
    names = {"python": "Python", "kernel": "kernel", "cpu_count": "CPUs"}
    return [
        f"{title} {one_line(base.get(name))} and {one_line(head.get(name))}"
        for name, title in names.items()
        if base.get(name) != head.get(name)
    ]


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _spelt(name: str) -> str:
    return one_line(name).replace("_", " ")
