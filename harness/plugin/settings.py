"""What the command line and the settings ask of the plugin."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from membench.harness.errors import MembenchError, UsageError
from membench.harness.plugin.baseline import Baseline, parse_thresholds
from membench.harness.plugin.budget_file import Budgets
from membench.harness.store.files import writable_file
from membench.harness.units import parse_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is asked for."""

    every: bool  # measure all tests, and show the tables
    top: int
    default_budget_bytes: int | None
    limit_bytes: int | None  # for each process that runs tests
    json_path: Path | None
    csv_path: Path | None
    baseline_path: Path | None
    baseline: Baseline | None  # None also where it is to be written
    budgets: Budgets | None
    update: bool
    skip: bool

    @property
    def bounds_all(self) -> bool:
        """Whether tests without a marker are held to anything."""
        by_file = self.budgets is not None and not self.update
        return self.default_budget_bytes is not None or by_file or (self.every and self.baseline is not None)

    @property
    def measures_all(self) -> bool:
        """Whether all tests are measured, for whatever reason."""
        asked = self.every or self.bounds_all or self.budgets is not None
        return (asked or self.limit_bytes is not None or self.csv_path is not None) and not self.skip

    def bound_of(self, nodeid: str) -> tuple[int | None, str]:
        """Give what a test without a marker may take, and where that stands."""
        if self.budgets is not None and not self.update:
            entry = self.budgets.of(nodeid)
            if entry is not None:
                return entry.budget_bytes, self.budgets.origin(nodeid)
        return self.default_budget_bytes, "membench_default_budget" if self.default_budget_bytes else ""

    @classmethod
    def of(cls, config: pytest.Config) -> "Settings":
        """Read the options, the settings and the baseline, and prove that files can be written.

        Raises:
            MembenchError: an option or a file is not what it should be.
        """
        update = config.getoption("membench_update")
        paths = {name: _path(config, f"membench_{name}") for name in ("json", "csv", "baseline", "budgets")}
        if update and not (paths["baseline"] or paths["budgets"]):
            raise UsageError(
                "--membench-update writes a baseline or budgets. Name it with --membench-baseline PATH or "
                "--membench-budgets PATH."
            )
        if config.getoption("membench_top") < 0:
            raise UsageError(f"--membench-top is {config.getoption('membench_top')}. Give 0 or more.")
        baseline = _baseline(config, paths, update=update)
        return cls(
            every=config.getoption("membench"),
            top=config.getoption("membench_top"),
            default_budget_bytes=_size("membench_default_budget", config.getini("membench_default_budget")),
            limit_bytes=_size("--membench-limit", config.getoption("membench_limit")),
            json_path=_writable(paths["json"]),
            csv_path=_writable(paths["csv"]),
            baseline_path=paths["baseline"],
            baseline=None if update else baseline,
            budgets=_budgets(paths["budgets"], update=update),
            update=update,
            skip=config.getoption("membench_skip"),
        )


def _path(config: pytest.Config, option: str) -> Path | None:
    name = config.getoption(option)
    return config.invocation_params.dir / name if name else None


def _writable(path: Path | None) -> Path | None:
    return writable_file(path) if path else None


def _baseline(config: pytest.Config, paths: Mapping[str, Path | None], *, update: bool) -> Baseline | None:
    # One that is to be written anew is read as well: better to hear now that it is something else.
    path = paths["baseline"]
    baseline = None
    if path is not None and (path.exists() or not update):
        thresholds = parse_thresholds(config.getini("membench_relative"), config.getini("membench_absolute"))
        baseline = Baseline.read(path, thresholds)
    if update:
        _writable(path)
    return baseline


def _budgets(path: Path | None, *, update: bool) -> Budgets | None:
    if path is None:
        return None
    if not update:
        return Budgets.read(path)
    writable_file(path)
    return Budgets.read(path) if path.exists() else Budgets(path, {})


def _size(name: str, text: str | None) -> int | None:
    try:
        return parse_size(text) if text else None
    except MembenchError as error:
        raise UsageError(f"{name}: {error}") from error
