"""Runs one test by its name in a pytest of its own, in a fresh interpreter.

The other pytest has the same root, settings and plugins, the options that the project's conftest files have added, and
the same environment. Address randomisation is off and the hash seed fixed; it may use all CPUs, as its tests would.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from membench.harness.kernel.controls import applied, available_controls, usable_cpus
from membench.harness.model import CallSite
from membench.harness.plugin.instruments import Measured
from membench.harness.plugin.rows import Row, nodeid_of, row_of
from membench.harness.store.plain import is_plain
from membench.harness.trial.exit_status import judge_status

# In place of a meter: find what holds the memory at the peak, or what still does at the end.
PEAK_SITES = "peak-sites"
LEFT_SITES = "left-sites"
_OUTPUT_TAIL_BYTES = 8192
# Of plugins; what conftest files add is found out.
_CARRIED_OPTIONS = ("asyncio_mode", "anyio_mode", "ds", "dc", "count", "repeat_scope")
# Of the command line, that the other run has in another way or has no use for.
_NOT_MISSED = (
    *("--membench", "--rootdir", "--config-file", "--import-mode", "--confcutdir", "--noconftest", "--count"),
    *("--repeat-scope", "--junit", "--cov", "--basetemp", "--dist", "--numprocesses", "--verbose", "--quiet"),
)
_NOT_INHERITED = ("PYTEST_XDIST_", "COV_CORE_", "PYTEST_CURRENT_TEST", "MEMRAY_RESULT_PATH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """What came of the other run."""

    outcome: str  # "passed", "failed", "skipped" or "xfailed"
    text: str  # how it failed or why it was skipped
    measured: Measured | None
    wall_seconds: float
    rows: tuple[Row, ...]  # of functions that the test has measured
    sections: tuple[tuple[str, str], ...]  # what the test has printed, if it failed: "stdout" and the text
    output: str  # the end of what the other pytest printed


def run_again(item: pytest.Item, meter: str, *, time_limit_seconds: float | None = None) -> Rerun:
    """Run a test in a fresh interpreter under a meter, or under one of the two that look for call sites."""
    with tempfile.TemporaryDirectory(prefix="membench-") as name:
        folder = Path(name)
        request, answer = folder / "request.json", folder / "answer.json"
        options = _options(item.config)
        request.write_text(json.dumps({"answer": str(answer), "meter": meter, "options": options}), encoding="utf-8")
        with (folder / "output").open("w+b") as output:
            status = _run(_command(item, request, folder), item.config, output.fileno(), time_limit_seconds)
            printed = _tail(output.fileno())
        if not answer.exists():
            detail = "no end in time" if status is None else judge_status(status, 0)[1]
            text = f"The test's own process came to no result ({detail}):\n{printed}{_hint(item.config)}"
            return Rerun(
                outcome="failed", text=text, measured=None, wall_seconds=0.0, rows=(), sections=(), output=printed
            )
        return _rerun(json.loads(answer.read_text(encoding="utf-8")), printed)


def _rerun(answer: dict[str, Any], printed: str) -> Rerun:
    measured = answer["measured"]
    if measured is not None:
        measured = Measured(**measured | {"call_sites": tuple(CallSite(**site) for site in measured["call_sites"])})
    rows = tuple(row_of(row) for row in answer["rows"])
    sections = tuple((title, text) for title, text in answer["sections"])
    return Rerun(**answer | {"measured": measured, "rows": rows, "sections": sections}, output=printed)


def _command(item: pytest.Item, request: Path, folder: Path) -> list[str]:
    config = item.config
    _, _, test = nodeid_of(item).partition("::")
    # -P where this pytest was not started by `python -m`: the working directory is not on its path either.
    flags = [] if {"", str(config.invocation_params.dir)} & set(sys.path) else ["-P"]
    return [
        *[sys.executable, *flags, "-m", "pytest", f"{item.path}::{test}", f"--membench-child={request}"],
        *_same(config),
        *["-k", "", "-m", ""],
        *(
            argument
            for plugin, arguments in _own(folder).items()
            if config.pluginmanager.hasplugin(plugin)
            for argument in arguments
        ),
    ]


def _own(folder: Path) -> dict[str, list[str]]:
    """Give what the settings may ask of a plugin, but is to be the other run's own, or the first run's alone."""
    return {
        "tmpdir": [f"--basetemp={folder / 'tmp'}"],
        "cacheprovider": ["-o", f"cache_dir={folder / 'cache'}"],
        "junitxml": ["--junit-xml="],
        "xdist": ["-n0"],
        "pytest_cov": ["--no-cov"],
        "benchmark": ["--benchmark-disable"],
    }


def _same(config: pytest.Config) -> Iterator[str]:
    """Give the options that make the other run find the same tests in the same way."""
    yield f"--rootdir={config.rootpath}"
    if config.inipath is not None:
        yield f"--config-file={config.inipath}"
    option = config.option
    yield from (f"-p{plugin}" for plugin in option.plugins or () if plugin != "no:terminal")  # xdist's workers have it
    yield from (f"-o{override}" for override in option.override_ini or ())
    yield from (f"-W{warning}" for warning in option.pythonwarnings or ())
    yield f"--import-mode={option.importmode}"
    if option.confcutdir:
        yield f"--confcutdir={option.confcutdir}"
    if option.noconftest:
        yield "--noconftest"


def _options(config: pytest.Config) -> dict[str, Any]:
    """Give the values of the options that conftest files have added: those unknown before they were loaded."""
    options = vars(config.option)
    added = [name for name in options if name not in vars(config.known_args_namespace)]
    return {name: options[name] for name in (*added, *_CARRIED_OPTIONS) if name in options and is_plain(options[name])}


def _hint(config: pytest.Config) -> str:
    """Name the options of plugins that the other run did not get: with some of them a test has another name."""
    worker = getattr(config, "workerinput", None)
    given = worker.get("mainargv", [])[1:] if worker else config.invocation_params.args
    missed = [word for word in given if word.startswith("--") and not word.startswith(_NOT_MISSED)]
    if not missed:
        return ""
    return (
        f"\noptions of this command line that it did not get: {' '.join(missed)}. If the test depends on them, put "
        "them into the settings (addopts)."
    )


def _run(command: list[str], config: pytest.Config, output: int, time_limit_seconds: float | None) -> int | None:
    """Run to the end, and leave no process of it behind; None where the time was up."""
    controls = replace(available_controls(), pinned_cpu=False)
    with applied(controls, usable_cpus()[0]):
        process = subprocess.Popen(  # noqa: S603 - this interpreter and pytest
            command,
            cwd=config.invocation_params.dir,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    with process:
        try:
            return process.wait(time_limit_seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    return {"PYTHONHASHSEED": "0", **kept}


def _tail(output: int) -> str:
    size = os.fstat(output).st_size
    return os.pread(output, _OUTPUT_TAIL_BYTES, max(0, size - _OUTPUT_TAIL_BYTES)).decode(errors="replace")
