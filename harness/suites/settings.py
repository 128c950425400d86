"""The keys of `[tool.membench]`: what each takes and what it is for.

The reader takes its known keys from here, and the JSON Schema for editors and the page of the documentation are made of
it (`make settings`), so none of the three knows a key that the others do not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from membench.harness.model import LONGEST_TIMEOUT_SECONDS

MOST_REPEATS = 10_000
LARGEST_STATUS = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key."""

    text: str  # what it is for, in one sentence of plain text
    shape: Mapping[str, Any]  # the JSON Schema of its values
    example: str  # as it stands in TOML
    default: str = ""  # in words; "" where it is left out of the account


_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _TEXT}
_TARGET = {"type": "string", "pattern": r"^[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*$"}
_COMMAND = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
_SIZE = {"type": "string", "pattern": r"^\s*\d{1,15}(\.\d{1,6})?\s*([KkMmGgTt][Ii]?)?[Bb]\s*$"}
_SHARE = {"type": "string", "pattern": r"^\s*\d{1,3}(\.\d{1,6})?\s*%\s*$"}
_STATUS = {"type": "integer", "minimum": 0, "maximum": LARGEST_STATUS}
_SCALAR = {"type": ["string", "number", "boolean"]}

ROOT: Mapping[str, Setting] = {
    "workloads": Setting(
        text="The workloads, a table for each.", shape={"type": "object"}, example="[tool.membench.workloads.NAME]"
    ),
    "gate": Setting(text="What the gate allows.", shape={"type": "object"}, example="[tool.membench.gate]"),
    "import_paths": Setting(
        text="Folders that callables are imported from, relative to the file.",
        shape=_TEXTS,
        example='import_paths = ["src"]',
        default="the project's folder, and src where there is one",
    ),
    "python": Setting(
        text="The Python that runs callables, 3.11 or later, relative to the file.",
        shape=_TEXT,
        example='python = ".venv/bin/python"',
        default="the one that membench runs in",
    ),
    "pass_environment": Setting(
        text="Variables of the caller that callables and asv suites get too, by name or pattern.",
        shape=_TEXTS,
        example='pass_environment = ["SHOP_*"]',
        default="none",
    ),
}

WORKLOAD: Mapping[str, Setting] = {
    "call": Setting(
        text="The function to call; its process imports nothing else.",
        shape=_TARGET,
        example='call = "shop.jobs:import_orders"',
    ),
    "command": Setting(
        text="The program to run instead, and its arguments; {name} stands for a parameter.",
        shape=_COMMAND,
        example='command = ["node", "scrape.js", "{orders}"]',
    ),
    "setup": Setting(
        text="A function to call before, which is not counted; what it returns is the call's first argument.",
        shape=_TARGET,
        example='setup = "shop.jobs:prepare"',
    ),
    "params": Setting(
        text="Parameters, each with a value or a list of values; every combination is a variant.",
        shape={
            "type": "object",
            "propertyNames": {"pattern": r"^[^\W\d]\w*$"},
            "additionalProperties": {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]},
        },
        example="params = { orders = [1_000, 10_000] }",
    ),
    "budget": Setting(
        text="What the peak may be at most.", shape=_SIZE, example='budget = "256 MiB"', default="no budget"
    ),
    "timeout": Setting(
        text="Seconds that one trial may take.",
        shape={"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_TIMEOUT_SECONDS},
        example="timeout = 60",
        default="that of the command line, 300",
    ),
    "tags": Setting(text="Words that --tag selects by.", shape=_TEXTS, example='tags = ["nightly"]'),
    "environment": Setting(
        text="Variables beside the few that every measured process has.",
        shape={"type": "object", "additionalProperties": {"type": "string"}},
        example='environment = { SHOP_MODE = "batch" }',
    ),
    "ok-status": Setting(
        text="Exit statuses of a command that are no failure, beside 0.",
        shape={"anyOf": [_STATUS, {"type": "array", "items": _STATUS}]},
        example="ok-status = [1]",
    ),
}

GATE: Mapping[str, Setting] = {
    "relative": Setting(
        text="How far a peak may rise, as a share of the base's; both limits must be exceeded.",
        shape=_SHARE,
        example='relative = "1 %"',
        default="1 %",
    ),
    "absolute": Setting(
        text="How far a peak may rise, as a size.",
        shape=_SIZE,
        example='absolute = "256 KiB"',
        default="256 KiB",
    ),
    "slope": Setting(
        text="How far the growth of the peak for each unit of a numeric parameter may rise.",
        shape=_SIZE,
        example='slope = "100 B"',
        default="not looked at",
    ),
    "install": Setting(
        text="A command to run in the checked-out base before it is measured.",
        shape=_COMMAND,
        example='install = ["make", "build"]',
    ),
    "python": Setting(
        text="The Python of a checkout, relative to it.",
        shape=_TEXT,
        example='python = ".venv/bin/python"',
        default="tool.membench.python",
    ),
    "removed": Setting(
        text="Workloads that the base has and the change may lack.", shape=_TEXTS, example='removed = ["old-import"]'
    ),
    "repeats": Setting(
        text="Trials on each side; more are taken where they do not decide.",
        shape={"type": "integer", "minimum": 1, "maximum": MOST_REPEATS},
        example="repeats = 3",
        default="3",
    ),
}


def settings_schema() -> dict[str, Any]:
    """Make the JSON Schema of the table `tool.membench`."""
    schema = _table(ROOT)
    workload = {**_table(WORKLOAD), "oneOf": [{"required": ["call"]}, {"required": ["command"]}]}
    schema["properties"]["workloads"]["additionalProperties"] = workload
    schema["properties"]["gate"] |= _table(GATE)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "[tool.membench] of pyproject.toml",
        **schema,
    }


def _table(settings: Mapping[str, Setting]) -> dict[str, Any]:
    properties = {name: {"description": setting.text, **setting.shape} for name, setting in settings.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def settings_page() -> str:
    """Make the page of the documentation, in Markdown."""
    tables = (
        ("`[tool.membench]`", {name: ROOT[name] for name in ROOT if name not in {"workloads", "gate"}}),
        ("`[tool.membench.workloads.NAME]`", WORKLOAD),
        ("`[tool.membench.gate]`", GATE),
    )
    return _PAGE_HEAD + "".join(f"\n## {title}\n\n{_rows(settings)}" for title, settings in tables)


_PAGE_HEAD = """# Settings

What `pyproject.toml` may say. The JSON Schema `harness/schemas/membench-settings.schema.json` says the same for
editors; `make settings` writes both from the keys that the reader knows.
"""


def _rows(settings: Mapping[str, Setting]) -> str:
    head = "| key | what it is for | default | example |\n| --- | --- | --- | --- |\n"
    return head + "".join(
        f"| `{name}` | {setting.text} | {setting.default or '-'} | `{setting.example}` |\n"
        for name, setting in settings.items()
    )
