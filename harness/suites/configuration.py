"""A project's own workloads and its limits for the gate, read from `[tool.membench]` of its pyproject.toml.

Every error names the file, the table and the key, and says what was wanted there.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

from membench.harness.errors import UsageError
from membench.harness.keys import Scalar, value_text
from membench.harness.model import LONGEST_NAME, LONGEST_TIMEOUT_SECONDS
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.suites.settings import GATE, LARGEST_STATUS, MOST_REPEATS, ROOT, WORKLOAD
from membench.harness.suites.toml_table import Table, is_text, shown
from membench.harness.text import shortened

PYPROJECT = "pyproject.toml"
ROOT_TABLE = "tool.membench"
DEFAULT_VARIANT = "default"
MOST_VARIANTS = 1000
LARGEST_INTEGER = 2**63  # what TOML itself promises to hold


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadSettings:
    """One workload: a callable or a command, once for each combination of its parameters."""

    name: str
    call: str = ""  # "package.module:function"; "" for a command
    command: tuple[str, ...] = ()  # a program and its arguments, {name} standing for a parameter
    setup: str = ""  # "package.module:function", called before and not counted
    params: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    budget_bytes: int | None = None
    time_limit_seconds: float | None = None
    tags: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    ok_statuses: tuple[int, ...] = (0,)  # of a command: exit statuses that are no failure

    @property
    def variants(self) -> dict[str, dict[str, Scalar]]:
        """Each combination of the parameters under its name, such as `orders=1000,mode=fast`.

        Raises:
            UsageError: there are more than one run measures.
        """
        count = math.prod(map(len, self.params.values()))
        if count > MOST_VARIANTS:
            raise UsageError(
                f"The params of {self.name} make {count:,} combinations, and one run measures at most "
                f"{MOST_VARIANTS:,}. Leave values out; membench attribute tells on/off parameters apart without all."
            )
        combinations = (dict(zip(self.params, values, strict=True)) for values in product(*self.params.values()))
        return {variant_name(combination): combination for combination in combinations}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """What the gate allows, and how it comes by the state that it compares with."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    install: tuple[str, ...] = ()  # a command that is run in a checked-out base before it is measured
    python: str = ""  # the Python of a checkout, relative to it; "" for the one of membench
    removed: tuple[str, ...] = ()  # workloads that the base has and the head need not have
    repeats: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What `[tool.membench]` says. Paths are relative to `folder`, so that they hold in another checkout too."""

    workloads: tuple[WorkloadSettings, ...] = ()
    gate: GateSettings = field(default_factory=GateSettings)
    import_paths: tuple[str, ...] = (".",)  # put first on the search path of callables
    python: str = ""  # the Python that runs callables; "" for the one of membench
    pass_environment: tuple[str, ...] = ()  # names and patterns of the caller's variables that workloads get too
    folder: Path = Path()

    @property
    def file(self) -> Path:
        """Where this was read from."""
        return self.folder / PYPROJECT

    def error(self, workload: str, key: str, message: str) -> UsageError:
        """Make the error for a key of a workload that only turns out to be wrong when it is used."""
        root = Table(file=self.file, name=ROOT_TABLE, values={})
        return root.table("workloads").table(workload).error(key, message)


def variant_name(parameters: Mapping[str, Scalar]) -> str:
    """Name a combination of parameters; `default` where there are none. A long name ends in a digest of the whole."""
    name = ",".join(f"{name}={value_text(value)}" for name, value in parameters.items())
    return shortened(name, LONGEST_NAME) or DEFAULT_VARIANT


def read_configuration(folder: Path) -> Configuration:
    """Read a folder's pyproject.toml; an empty configuration where there is no such file or table.

    Raises:
        UsageError: the file cannot be read, or says something that is no configuration.
    """
    file = folder / PYPROJECT
    try:
        with file.open("rb") as stream:
            document = tomllib.load(stream)
    except (FileNotFoundError, NotADirectoryError):
        return Configuration(folder=folder)
    except OSError as error:
        raise UsageError(f"Cannot read {file}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:  # no TOML, or no UTF-8
        raise UsageError(f"{file} is not TOML: {error}.") from error
    tool = document.get("tool", {})
    return parse_configuration(tool.get("membench", {}) if isinstance(tool, dict) else {}, folder)


def parse_configuration(table: Any, folder: Path) -> Configuration:
    """Read the table `tool.membench`.

    Raises:
        UsageError: it is no configuration.
    """
    root = Table.of(table, folder / PYPROJECT, ROOT_TABLE, tuple(ROOT))
    python = root.text("python")
    gate = _gate(root.table("gate", tuple(GATE)))
    return Configuration(
        workloads=tuple(_workload(name, entry) for name, entry in root.tables("workloads", tuple(WORKLOAD))),
        gate=gate if gate.python else replace(gate, python=python),
        import_paths=_import_paths(root, folder),
        python=python,
        pass_environment=root.texts("pass_environment"),
        folder=folder,
    )


def _workload(name: str, table: Table) -> WorkloadSettings:
    if not name or not name.isprintable() or name != name.strip():
        raise table.error("", f"{name!r} is no name for a workload. Write one that can be printed on a line.")
    call, command = table.target("call"), table.command("command")
    if bool(call) == bool(command):
        found = "both" if call else "neither"
        raise table.error(
            "call", f'a workload has either call = "package.module:function" or command = [...]; this has {found}.'
        )
    if command and "setup" in table.values:
        raise table.error("setup", "only a call has a set-up of its own; what a command does is all counted.")
    settings = WorkloadSettings(
        name=name,
        call=call,
        command=command,
        setup=table.target("setup"),
        params=_params(table, command),
        budget_bytes=table.size("budget"),
        time_limit_seconds=table.number("timeout", 0, LONGEST_TIMEOUT_SECONDS, "seconds"),
        tags=table.texts("tags"),
        environment=_environment(table),
        ok_statuses=_ok_statuses(table, command),
    )
    if any(len(set(map(value_text, values))) < len(values) for values in settings.params.values()):
        raise table.error("params", "two values of a parameter are the same, or are written the same. Leave one out.")
    return settings


def _params(table: Table, command: tuple[str, ...]) -> dict[str, tuple[Scalar, ...]]:
    entries = table.table("params").values
    found = {name: _param(table, name, value) for name, value in entries.items()}
    for name in found if command else ():
        if not any(f"{{{name}}}" in word for word in command):
            raise table.error("params", f"{name!r} is not in the command. Write {{{name}}} where its value belongs.")
    return found


def _param(table: Table, name: str, value: Any) -> tuple[Scalar, ...]:
    if not name.isidentifier():
        raise table.error("params", f"{name!r} is no name of a parameter. Write one as in Python, such as orders.")
    values = tuple(value) if isinstance(value, list) else (value,)
    if not values:
        raise table.error("params", f"{name!r} has no values. Write at least one, such as [1000].")
    for one in values:
        if not _is_scalar(one):
            raise table.error(
                "params",
                f"{name!r} takes numbers, booleans and one-line texts, such as [1000, 10000]; not {shown(one)}.",
            )
    return values


def _is_scalar(value: Any) -> bool:
    match value:
        case str():
            return value.isprintable()
        case float():
            return math.isfinite(value)
        case int():
            return -LARGEST_INTEGER <= value < LARGEST_INTEGER
        case _:
            return False


def _ok_statuses(table: Table, command: tuple[str, ...]) -> tuple[int, ...]:
    key = "ok-status"
    if key not in table.values:
        return (0,)
    if not command:
        raise table.error(key, "only a command has an exit status; a call fails by an exception.")
    value = table.values[key]
    found = value if isinstance(value, list) else [value]
    for one in found:
        if isinstance(one, bool) or not isinstance(one, int) or not 0 <= one <= LARGEST_STATUS:
            raise table.error(
                key, f"exit statuses from 0 to {LARGEST_STATUS} were wanted, such as [1], not {shown(one)}."
            )
    return tuple(dict.fromkeys((0, *found)))


def _environment(table: Table) -> dict[str, str]:
    entries = table.table("environment").values
    for name, value in entries.items():
        if not name or "=" in name or not name.isprintable():
            raise table.error("environment", f"{name!r} is no name of a variable.")
        if not is_text(value):
            raise table.error("environment", f'{name!r} takes text, such as "1"; not {shown(value)}.')
    return dict(entries)


def _gate(table: Table) -> GateSettings:
    default = GateSettings()
    absolute = table.size("absolute")
    repeats = table.whole_number("repeats", 1, MOST_REPEATS)
    return GateSettings(
        thresholds=Thresholds(
            relative=table.share("relative", default.thresholds.relative),
            absolute_bytes=default.thresholds.absolute_bytes if absolute is None else absolute,
            slope_bytes=table.size("slope"),
        ),
        install=table.command("install"),
        python=table.text("python"),
        removed=table.texts("removed"),
        repeats=default.repeats if repeats is None else repeats,
    )


def _import_paths(root: Table, folder: Path) -> tuple[str, ...]:
    if "import_paths" not in root.values:
        return (".", "src") if (folder / "src").is_dir() else (".",)
    paths = root.texts("import_paths")
    for path in paths:
        if not (folder / path).is_dir():
            raise root.error("import_paths", f"{path!r} is no folder in {folder.absolute()}.")
    return paths
