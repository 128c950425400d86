"""A project's own workloads and its limits for the gate, read from `[tool.membench]` of its pyproject.toml.

Every error names the file, the table and the key, and says what was wanted there.
"""

import math
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import product
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.units import KIB, parse_share, parse_size

Scalar = bool | int | float | str

PYPROJECT = "pyproject.toml"
ROOT_TABLE = "tool.membench"
DEFAULT_VARIANT = "default"
MOST_VARIANTS = 1000
LONGEST_TIMEOUT_SECONDS = 86_400
MOST_REPEATS = 10_000
LARGEST_INTEGER = 2**63  # what TOML itself promises to hold

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


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

    @property
    def variants(self) -> dict[str, dict[str, Scalar]]:
        """Each combination of the parameters under its name, such as `orders=1000,mode=fast`."""
        combinations = (dict(zip(self.params, values, strict=True)) for values in product(*self.params.values()))
        return {variant_name(combination): combination for combination in combinations}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """What the gate allows, and how it comes by the state that it compares with."""

    relative: float = 0.01  # of the base's peak; a rise must exceed this and the next one
    absolute_bytes: int = 256 * KIB
    slope_bytes: float | None = None  # what the peak may grow by for each unit of a size; None: not looked at
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
    folder: Path = Path()

    @property
    def file(self) -> Path:
        """Where this was read from."""
        return self.folder / PYPROJECT

    def error(self, workload: str, key: str, words: str) -> UsageError:
        """Make the error for a key of a workload that only turns out to be wrong when it is used."""
        return _Table(file=self.file, name=f"{ROOT_TABLE}.workloads.{_quoted(workload)}", values={}).error(key, words)


def variant_name(parameters: Mapping[str, Scalar]) -> str:
    """Name a combination of parameters; `default` where there are none."""
    return ",".join(f"{name}={value_words(value)}" for name, value in parameters.items()) or DEFAULT_VARIANT


def value_words(value: Scalar) -> str:
    """Write a value as it stands in a variant's name and in a command: booleans as TOML does, text without quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


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
    root = _Table.of(table, folder / PYPROJECT, ROOT_TABLE, ROOT_KEYS)
    python = root.words("python")
    gate = _gate(root.table("gate", GATE_KEYS))
    return Configuration(
        workloads=tuple(_workload(name, entry) for name, entry in root.tables("workloads", WORKLOAD_KEYS)),
        gate=gate if gate.python else replace(gate, python=python),
        import_paths=_import_paths(root, folder),
        python=python,
        folder=folder,
    )


ROOT_KEYS = ("workloads", "gate", "import_paths", "python")
WORKLOAD_KEYS = ("call", "command", "setup", "params", "budget", "timeout", "tags", "environment")
GATE_KEYS = ("relative", "absolute", "slope", "install", "python", "removed", "repeats")


def _workload(name: str, table: "_Table") -> WorkloadSettings:
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
        tags=table.list_of_words("tags"),
        environment=_environment(table),
    )
    if len(settings.variants) < math.prod(map(len, settings.params.values())):
        raise table.error("params", "two values of a parameter are the same, or are written the same. Leave one out.")
    return settings


def _params(table: "_Table", command: tuple[str, ...]) -> dict[str, tuple[Scalar, ...]]:
    entries = table.table("params").values
    found = {name: _param(table, name, value) for name, value in entries.items()}
    count = math.prod(map(len, found.values()))
    if count > MOST_VARIANTS:
        raise table.error("params", f"these make {count:,} combinations; at most {MOST_VARIANTS:,} are possible.")
    for name in found if command else ():
        if not any(f"{{{name}}}" in word for word in command):
            raise table.error("params", f"{name!r} is not in the command. Write {{{name}}} where its value belongs.")
    return found


def _param(table: "_Table", name: str, value: Any) -> tuple[Scalar, ...]:
    if not name.isidentifier():
        raise table.error("params", f"{name!r} is no name of a parameter. Write one as in Python, such as orders.")
    values = tuple(value) if isinstance(value, list) else (value,)
    if not values:
        raise table.error("params", f"{name!r} has no values. Write at least one, such as [1000].")
    for one in values:
        if not _is_scalar(one):
            raise table.error(
                "params",
                f"{name!r} takes numbers, booleans and one-line texts, such as [1000, 10000]; not {_shown(one)}.",
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


def _environment(table: "_Table") -> dict[str, str]:
    entries = table.table("environment").values
    for name, value in entries.items():
        if not name or "=" in name or not name.isprintable():
            raise table.error("environment", f"{name!r} is no name of a variable.")
        if not _is_words(value):
            raise table.error("environment", f'{name!r} takes text, such as "1"; not {_shown(value)}.')
    return dict(entries)


def _gate(table: "_Table") -> GateSettings:
    default = GateSettings()
    absolute = table.size("absolute")
    repeats = table.whole_number("repeats", 1, MOST_REPEATS)
    return GateSettings(
        relative=table.share("relative", default.relative),
        absolute_bytes=default.absolute_bytes if absolute is None else absolute,
        slope_bytes=table.size("slope"),
        install=table.command("install"),
        python=table.words("python"),
        removed=table.list_of_words("removed"),
        repeats=default.repeats if repeats is None else repeats,
    )


def _import_paths(root: "_Table", folder: Path) -> tuple[str, ...]:
    if "import_paths" not in root.values:
        return (".", "src") if (folder / "src").is_dir() else (".",)
    paths = root.list_of_words("import_paths")
    for path in paths:
        if not (folder / path).is_dir():
            raise root.error("import_paths", f"{path!r} is no folder in {folder.absolute()}.")
    return paths


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table of the file. What it reads is of the right type, in range and known, or an error says so."""

    file: Path
    name: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, value: Any, file: Path, name: str, known: tuple[str, ...] | None = None) -> "_Table":
        """Take a value as a table with no keys but the known ones; with any keys where none are given."""
        table = cls(file=file, name=name, values={})
        if not isinstance(value, dict):
            raise table.error("", f"a table was wanted, not {_shown(value)}.")
        for key in value if known is not None else ():
            if key not in (known or ()):
                raise table.error(key, f"there is no such key. Known: {', '.join(_nearest_first(key, known or ()))}.")
        return replace(table, values=value)

    def error(self, key: str, words: str) -> UsageError:
        """Make the error for a key of this table; for the table as a whole without one."""
        place = f"{self.file}, [{self.name}]" + (f", {_quoted(key)}" if key else "")
        return UsageError(f"{place}: {words}")

    def table(self, key: str, known: tuple[str, ...] | None = None) -> "_Table":
        """Give a table in this one; an empty one where there is none."""
        return _Table.of(self.values.get(key, {}), self.file, f"{self.name}.{_quoted(key)}", known)

    def tables(self, key: str, known: tuple[str, ...]) -> Iterator[tuple[str, "_Table"]]:
        """Give the tables in a table of this one, each with its name."""
        outer = self.table(key)
        for name in outer.values:
            yield name, outer.table(name, known)

    def words(self, key: str) -> str:
        """Read a text; "" where there is none."""
        value = self.values.get(key)
        if key in self.values and (not _is_words(value) or not value):
            raise self.error(key, f"a text was wanted, not {_shown(value)}.")
        return value or ""

    def list_of_words(self, key: str) -> tuple[str, ...]:
        """Read a list of texts; empty where there is none."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(_is_words(one) and one for one in value):
            raise self.error(key, f'a list of texts was wanted, such as ["one", "two"]; not {_shown(value)}.')
        return tuple(value)

    def target(self, key: str) -> str:
        """Read the name of a callable; "" where there is none."""
        value = self.words(key)
        module, _, attribute = value.partition(":")
        if value and not all(part.isidentifier() for part in (*module.split("."), *attribute.split("."))):
            raise self.error(key, f'"package.module:function" was wanted, not {_shown(value)}.')
        return value

    def command(self, key: str) -> tuple[str, ...]:
        """Read a command, as a list of words or as one text that a shell would split into them."""
        value = self.values.get(key)
        if value is None:
            return ()
        if isinstance(value, list):
            words = self.list_of_words(key)
        else:
            try:
                words = tuple(shlex.split(self.words(key)))
            except ValueError as error:
                raise self.error(key, f"{_shown(value)} is no command: {error}.") from error
        if not words:
            raise self.error(key, 'a program and its arguments were wanted, such as ["node", "scrape.js"].')
        return words

    def size(self, key: str) -> int | None:
        """Read a size in bytes; None where there is none."""
        value = self.values.get(key)
        if value is None:
            return None
        try:
            return parse_size(value if isinstance(value, str) else _shown(value))
        except UsageError as error:
            raise self.error(key, str(error)) from error

    def share(self, key: str, default: float) -> float:
        """Read a percentage as a share of 1."""
        value = self.values.get(key)
        if value is None:
            return default
        try:
            return parse_share(value if isinstance(value, str) else _shown(value))
        except UsageError as error:
            raise self.error(key, str(error)) from error

    def number(self, key: str, above: float, most: float, unit: str) -> float | None:
        """Read a number in a range that leaves out its lower end; None where there is none."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not above < value <= most:
            raise self.error(
                key, f"a number of {unit} above {above:g} and up to {most:,g} was wanted, not {_shown(value)}."
            )
        return float(value)

    def whole_number(self, key: str, least: int, most: int) -> int | None:
        """Read a whole number in a range; None where there is none."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.error(key, f"a whole number from {least} to {most:,} was wanted, not {_shown(value)}.")
        return value


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value and _encodes(value)


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _nearest_first(key: str, known: tuple[str, ...]) -> list[str]:
    near = get_close_matches(key, known, n=len(known), cutoff=0.5)
    return [*near, *sorted(set(known) - set(near))]


def _quoted(key: str) -> str:
    """Write a key as TOML has it."""
    return key if _BARE_KEY.fullmatch(key) else repr(key)


_LONGEST_SHOWN = 60


def _shown(value: Any) -> str:
    """Show a value in an error, cut where it is long; a whole number may have too many digits to be printed at all."""
    try:
        words = repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too large to show"
    return words if len(words) <= _LONGEST_SHOWN else words[:_LONGEST_SHOWN] + "..."
