"""The newest stored levels of a branch, to compare with instead of a promoted baseline."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from membench.harness.errors import UnreadableInputError, UsageError
from membench.harness.history.index.reading import StoredRun, read_runs
from membench.harness.history.machine_class import class_of
from membench.harness.history.reading import opened_index
from membench.harness.model import Environment, Results, Sample
from membench.harness.store.results import read_results

if TYPE_CHECKING:
    from membench.harness.keys import Key

LATEST = "latest:"
_MOST_RUNS = 20  # that are read for a workload which the newest ones lack


def latest_results(folder: Path, branch: str, environment: Environment | None = None) -> Results:
    """Give the newest sample of each workload among the runs on a branch, in the environment of the newest run.

    Args:
        folder: of the stored runs.
        branch: whose commits count.
        environment: only runs of its class of machines; None for those of the newest run's class.

    Raises:
        UnreadableInputError: there is no such folder, or no run of that class on the branch.
        UsageError: there is no such branch.
    """
    with opened_index(folder, branch=branch or None) as database:
        runs = [run for run in reversed(read_runs(database)) if not run.branch]
    wanted = class_of(environment).key if environment is not None else None
    if wanted is not None:
        runs = [run for run in runs if class_of(_environment(run)).key == wanted]
    elif runs:
        runs = [run for run in runs if run.class_id == runs[0].class_id]
    if not runs:
        raise UnreadableInputError(
            f"No stored run of {branch or 'the main branch'} in {folder} comes from a machine of this class. "
            "Store one with membench run --out, or give --baseline FILE."
        )
    return _newest(folder, runs)


def latest_branch(text: str) -> str:
    """Take the branch out of `latest:BRANCH`.

    Raises:
        UsageError: there is none.
    """
    branch = text.removeprefix(LATEST)
    if not branch:
        raise UsageError("--baseline latest:BRANCH names a branch, such as latest:main.")
    return branch


def _newest(folder: Path, runs: Sequence[StoredRun]) -> Results:
    found: dict[Key, Sample] = {}
    first = read_results(folder / runs[0].path)
    for run in runs[:_MOST_RUNS]:
        results = read_results(folder / run.path)
        fresh = [one for one in results.samples if one.key not in found and not one.failed and one.peak_bytes]
        if run.id != runs[0].id and not fresh:
            break  # older runs have no workload that newer ones lack
        found.update({one.key: replace(one, timeline=None, phase_spans=()) for one in fresh})
    return replace(first, samples=tuple(found.values()), history=())


def _environment(run: StoredRun) -> Environment:
    kept = {name: run.environment[name] for name in Environment.__dataclass_fields__ if name in run.environment}
    return Environment(**kept)
