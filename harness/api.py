"""What `import membench` offers to scripts and notebooks. Everything here is documented, typed and tested.

Results are those of the command line: `write_results` writes a document that `membench report`, `compare` and `gate`
read, and `read_results` reads theirs.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from membench.harness.errors import UsageError
from membench.harness.gate.comparison import Comparison
from membench.harness.gate.comparison import compare as compare_results
from membench.harness.gate.judging import advise, judge_all
from membench.harness.gate.verdicts import Judgement
from membench.harness.meters import meter_file
from membench.harness.model import Reading, Results, Trial, Workload
from membench.harness.runs.calls import Target, function_workload
from membench.harness.runs.environment import describe_environment, differences
from membench.harness.runs.session import Session
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.store import results as store
from membench.harness.store.files import writable_file
from membench.harness.trial.adapters import COMMAND
from membench.harness.units import parse_share, parse_size

DEFAULT_REPEATS = 3
DEFAULT_TIMEOUT_SECONDS = 300.0
VARIANT = "default"
THE_BASE = "the base"


def measure(
    target: Target | Sequence[str],
    *,
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    name: str | None = None,
    meter: str = "peak_rss",
    repeats: int = DEFAULT_REPEATS,
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    memory_limit: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Results:
    """Measure the peak memory of a function or of a command, each repeat in a fresh process.

    Args:
        target: a function at the top of a module, its name as "package.module:name", or a command as a list of its
            words, such as ["node", "scrape.js"].
        args: a function's arguments by position; JSON values, since they cross a process boundary.
        kwargs: its arguments by name, likewise.
        name: what the sample is called; the name of the function or program where it is left out.
        meter: one of `membench list meters`. A command takes peak_rss or peak_tree.
        repeats: trials, at least 1.
        timeout: seconds that one trial may take; then it is ended, with all its processes.
        memory_limit: a limit to run it under, such as "512 MiB".
        environment: variables. A function gets them beside the few that every measured process has, a command beside
            those of this process.

    Returns:
        Results with one sample. A trial that failed is among its `outcomes`, and how it failed in its `failures`.

    Raises:
        UsageError: the function cannot be imported by its name, or an argument or option is not one that can be.
        MeasurementError: the process could not be started.
    """
    meter_file(meter)
    if repeats < 1:
        raise UsageError(f"repeats={repeats}: at least 1 is needed.")
    if timeout <= 0:
        raise UsageError(f"timeout={timeout}: more than 0 seconds are needed.")
    limit = None if memory_limit is None else parse_size(memory_limit)
    session = Session.begin({}, time_limit_seconds=timeout, jobs=1)
    if isinstance(target, str) or callable(target):
        title = target if isinstance(target, str) else getattr(target, "__qualname__", repr(target))
        workload = function_workload(
            name or title.rpartition(":")[2],
            VARIANT,
            target,
            args,
            kwargs or {},
            environment=environment or {},
            time_limit_seconds=None,
        )
    else:
        workload = _command(target, args or kwargs, name, environment or {})
        session = _as_its_user_runs_it(session)
    session = replace(session, isolation=replace(session.isolation, memory_limit_bytes=limit))
    return session.measure([workload], [meter], repeats, _quiet)


def _command(words: Sequence[str], extra: object, name: str | None, environment: Mapping[str, str]) -> Workload:
    if extra:
        raise UsageError("args and kwargs are those of a function. Put a command's arguments into its list.")
    if not words or not all(isinstance(word, str) for word in words):
        raise UsageError(f'A command is a list of its words, such as ["node", "scrape.js"]; not {words!r}.')
    return Workload(
        scenario=name or Path(words[0]).name,
        variant=VARIANT,
        target="",
        parameters={},
        import_paths=(),
        adapter=COMMAND,
        arguments=tuple(words),
        folder=str(Path.cwd()),
        environment={**os.environ, **environment},
    )


def _as_its_user_runs_it(session: Session) -> Session:
    """Neither pin a command nor take its environment away: both change what it takes."""
    controls = replace(session.isolation.controls, pinned_cpu=False, hash_seed=None, environment_scrubbed=False)
    return replace(
        session,
        isolation=replace(session.isolation, controls=controls),
        environment=describe_environment(controls, {}),
    )


class _Nobody:
    def started(self, trial: Trial) -> None:
        """Ignore it."""

    def finished(self, trial: Trial, reading: Reading) -> None:
        """Ignore it."""


@contextmanager
def _quiet(total: int) -> Iterator[_Nobody]:
    del total
    yield _Nobody()


def compare(base: Results, head: Results) -> Comparison:
    """Set the samples of two runs side by side.

    Returns:
        A comparison whose `rows` have the shift, head minus base in bytes, of every sample that both have.
    """
    return compare_results(base, head)


def gate(base: Results, head: Results, *, relative: str = "1 %", absolute: str = "256 KiB") -> Judgement:
    """Decide whether the peaks of `head` may go in beside those of `base`.

    Args:
        base: the run to compare with; samples are matched by scenario, variant and meter.
        head: the run to judge.
        relative: how far a peak may rise, as a share of the base's. Only a rise beyond both limits is a regression.
        absolute: how far it may rise in bytes.

    Returns:
        The judgement, with its `verdict` and `rows` that have the verdict and reason of each sample.

    Raises:
        UsageError: a threshold is no percentage or no size.
    """
    thresholds = Thresholds(relative=parse_share(relative), absolute_bytes=parse_size(absolute))
    there, here = _by_key(base), _by_key(head)
    rows = [advise(row, there, here) for row in judge_all(there, here, thresholds, against=THE_BASE)]
    found = differences(base.environment, head.environment)
    warnings = (f"The base was measured elsewhere: {'; '.join(found)}.",) if found else ()
    return Judgement(rows=tuple(rows), thresholds=thresholds, warnings=warnings)


def _by_key(results: Results) -> dict[Any, Any]:
    return {sample.key: sample for sample in results.samples}


def read_results(path: str | os.PathLike[str]) -> Results:
    """Read a results document.

    Raises:
        UnreadableInputError: there is no such file, or it is no results document of a version known here.
    """
    return store.read_results(Path(path))


def write_results(results: Results, path: str | os.PathLike[str]) -> None:
    """Write a results document, all of it or nothing; the folder is made if need be.

    Raises:
        UnwritableOutputError: it cannot be written; what was there before stays.
    """
    store.write_results_file(results, writable_file(Path(path)))
