"""The suite of an asv project: its `peakmem_` benchmarks as they stand."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from membench.harness.errors import UsageError, one_line, unknown_name
from membench.harness.kernel.scratch import held_scratch
from membench.harness.keys import Scalar, WorkloadKey
from membench.harness.model import LONGEST_NAME, Results, Workload
from membench.harness.suites.configuration import GateSettings
from membench.harness.suites.probes import TIME_LIMIT_SECONDS, Place, run_probe
from membench.harness.suites.story import PlainStory, Story
from membench.harness.suites.toml_table import is_text
from membench.harness.text import shortened
from membench.harness.trial.adapters import ASV

PREFIX = "membench-asv-"
CONFIGURATIONS = ("asv.conf.json", "asv.conf.jsonc")
DEFAULT_FOLDER = "benchmarks"
_LARGEST_CONFIGURATION_BYTES = 1024 * 1024


@contextmanager
def asv_suite(folder: Path, python: str, variables: Mapping[str, str] | None = None) -> "Iterator[AsvSuite]":
    """Open the suite of a folder of benchmarks, or of one with an asv.conf.json; its caches last as long as the `with`.

    Raises:
        UsageError: the folder has none.
    """
    found = benchmark_folder(folder)
    with held_scratch(PREFIX) as scratch:
        yield AsvSuite(found, scratch, python, variables or {})


def benchmark_folder(folder: Path) -> Path:
    """Find the folder with the benchmarks.

    Raises:
        UsageError: there is none.
    """
    for name in CONFIGURATIONS:
        try:
            with (folder / name).open(encoding="utf-8", errors="replace") as file:
                text = file.read(_LARGEST_CONFIGURATION_BYTES)
        except OSError:
            continue
        named = folder / _benchmark_dir(text, folder / name)
        if not named.is_dir():
            raise UsageError(f"{folder / name} names {named} as its benchmark_dir, which is no folder.")
        return Path(os.path.normpath(named.absolute()))
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder. Give the one with the benchmarks, or the one with asv.conf.json.")
    return Path(os.path.normpath(folder.absolute()))


def _benchmark_dir(text: str, file: Path) -> str:
    """Read the one key that is wanted. asv takes comments and trailing commas in its file, as JSON5 has them."""
    import json5  # noqa: PLC0415 - only where there is such a file

    try:
        configuration = json5.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not JSON as asv takes it: {one_line(error)}.") from error
    found = configuration.get("benchmark_dir", DEFAULT_FOLDER) if isinstance(configuration, dict) else None
    if not is_text(found) or not found:
        raise UsageError(f"{file} has no text as its benchmark_dir. Name the folder with the benchmarks.")
    return str(found)


class AsvSuite:
    """The benchmarks of a folder; implements `Suite`. None of them is imported in this process."""

    name = "asv"

    def __init__(self, folder: Path, scratch: Path, python: str, variables: Mapping[str, str]) -> None:
        self._folder = folder
        self._scratch = scratch
        self._interpreter = python
        self._variables = variables
        self.settings: Mapping[str, int | str] = variables

    def workloads(self, scenarios: Sequence[str], variants: Sequence[str]) -> list[Workload]:
        """Give each benchmark in each combination of its parameters."""
        found = self._benchmarks
        names = [benchmark["name"] for benchmark in found]
        for name in scenarios:
            if name not in names:
                raise unknown_name("benchmark", name, names)
        wanted = [benchmark for benchmark in found if not scenarios or benchmark["name"] in scenarios]
        known = dict.fromkeys(variant for benchmark in wanted for variant in benchmark["variants"])
        for variant in variants:
            if variant not in known:
                raise unknown_name("variant", variant, list(known))
        return [
            self._workload(benchmark, variant, index, varied)
            for benchmark in wanted
            for variant, index, varied in zip(
                benchmark["variants"], benchmark["indexes"], benchmark["parameters"], strict=True
            )
            if not variants or variant in variants
        ]

    def prepare(self, workloads: Sequence[Workload]) -> list[Workload]:
        """Make the caches, and leave out what declines to run: a set-up does so with NotImplementedError."""
        for folder, target in {workload.folder: workload.target for workload in workloads if workload.folder}.items():
            self._make_cache(folder, target)
        tried = [workload for workload in workloads if self._by_target[workload.target]["has_setup"]]
        question = [{"target": workload.target, **_index_and_cache(workload)} for workload in tried]
        limit = sum(workload.time_limit_seconds or TIME_LIMIT_SECONDS for workload in tried)
        answers = self._ask("Setting up", {"declined": question}, limit) if question else []
        gone = {workload.key for workload, declines in zip(tried, answers, strict=True) if declines}
        return [workload for workload in workloads if workload.key not in gone]

    @property
    def gate(self) -> GateSettings:
        """Have no settings of its own."""
        return GateSettings()

    def at(self, workloads: Sequence[Workload], checkout: Path, scratch: Path) -> list[Workload]:
        """Refuse: benchmarks import the project as it is installed, whatever is checked out.

        Raises:
            UsageError: always.
        """
        del workloads, scratch
        raise UsageError(
            f"An asv suite measures the project as it is installed, and not the one in {checkout}. "
            "Install each version, keep its results with membench run --asv DIR --out DIR, and compare those."
        )

    def defined_in(self, checkout: Path) -> set[WorkloadKey]:
        """Know of no checkout."""
        del checkout
        return set()

    def stories(self, results: Results) -> Mapping[str, Story]:
        """Know nothing of any benchmark but its samples."""
        return {sample.scenario: PlainStory() for sample in results.samples}

    @cached_property
    def _benchmarks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("Reading", {})
        if not found:
            raise UsageError(
                f"{self._folder} has no benchmarks named peakmem_. Give the folder that asv calls benchmark_dir."
            )
        for benchmark in found:
            benchmark["variants"] = [shortened(variant, LONGEST_NAME) for variant in benchmark["variants"]]
        return found

    @cached_property
    def _by_target(self) -> dict[str, dict[str, Any]]:
        return {benchmark["target"]: benchmark for benchmark in self._benchmarks}

    @cached_property
    def _cache_folders(self) -> dict[str, str]:
        keys = dict.fromkeys(benchmark["cache"] for benchmark in self._benchmarks if benchmark["cache"])
        return {key: str(self._scratch / str(number)) for number, key in enumerate(keys)}

    def _workload(
        self, benchmark: Mapping[str, Any], variant: str, index: int, varied: Mapping[str, Scalar]
    ) -> Workload:
        cache = self._cache_folders.get(benchmark["cache"], "")
        return Workload(
            scenario=benchmark["name"],
            variant=variant,
            target=benchmark["target"],
            parameters={"root": str(self._folder), "index": index, "cache": cache},
            import_paths=(),
            adapter=ASV,
            varied=varied,
            interpreter=self._interpreter,
            folder=cache,
            environment=self._variables,
            time_limit_seconds=benchmark["timeout"],
        )

    def _make_cache(self, folder: str, target: str) -> None:
        Path(folder).mkdir(exist_ok=True)
        limit = self._by_target[target]["cache_timeout"]
        self._ask(f"The setup_cache of {target} in", {"cache": {"target": target, "folder": folder}}, limit)

    def _ask(self, doing: str, question: Mapping[str, Any], time_limit_seconds: float | None = None) -> Any:
        asked = {"words": f"{doing} {self._folder}", "import_paths": [], "root": str(self._folder), **question}
        place = Place(interpreter=self._interpreter, environment=self._variables)
        return run_probe("asv", asked, place, time_limit_seconds or TIME_LIMIT_SECONDS)


def _index_and_cache(workload: Workload) -> dict[str, Any]:
    return {key: workload.parameters[key] for key in ("index", "cache")}
