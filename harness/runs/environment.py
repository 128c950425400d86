"""Describes the machine: what a figure depends on beside the program it is of."""

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from membench.harness.errors import one_line
from membench.harness.kernel.controls import Controls
from membench.harness.model import Environment

MACHINE_VARIABLE = "MEMBENCH_MACHINE"
"""Names the class of machines that this one is of; `--machine` sets it."""
_LONGEST_NAME = 200
_THP = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def describe_environment(controls: Controls, settings: Mapping[str, int | str]) -> Environment:
    """Describe this machine, the controls that hold and the settings in force, with a fingerprint of all three."""
    facts = Environment(
        python=platform.python_version(),
        implementation=platform.python_implementation(),
        kernel=platform.release(),
        libc=" ".join(platform.libc_ver()).strip() or "unknown",
        machine=platform.machine(),
        cpu_count=os.cpu_count() or 1,
        page_size=os.sysconf("SC_PAGE_SIZE"),
        thp=_transparent_huge_pages(),
        controls=asdict(controls),
        settings=dict(settings),
        machine_class=os.environ.get(MACHINE_VARIABLE, "")[:_LONGEST_NAME],
    )
    return replace(facts, fingerprint=_fingerprint(facts))


def _fingerprint(facts: Environment) -> str:
    described = asdict(facts)
    del described["machine_class"]  # a name that was given, and nothing of the machine
    text = json.dumps(described, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _transparent_huge_pages() -> str:
    """Read the setting that the kernel puts in brackets: always, madvise or never."""
    try:
        text = _THP.read_text(encoding="ascii")
    except OSError:
        return "unknown"
    return text.partition("[")[2].partition("]")[0] or "unknown"


def differences(base: Environment, head: Environment) -> list[str]:
    """Name what two environments differ in, with both values; the fingerprints themselves are not asked."""
    there, here = _flat(base), _flat(head)
    names = [name for name in dict.fromkeys([*there, *here]) if there.get(name) != here.get(name)]
    values = [(there.get(name, "unset"), here.get(name, "unset")) for name in names]
    return [
        f"{one_line(name).replace('_', ' ')} {one_line(base_value)} and {one_line(head_value)}"
        for name, (base_value, head_value) in zip(names, values, strict=True)
    ]


def _flat(environment: Environment) -> dict[str, object]:
    facts = asdict(environment)
    facts.pop("fingerprint")
    controls, settings = facts.pop("controls"), facts.pop("settings")
    return {**facts, **controls, **settings}
