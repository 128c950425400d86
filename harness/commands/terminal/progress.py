"""Progress of a long run: a bar on a terminal, nothing anywhere else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from membench.harness.model import WARM_UP, Reading, Trial
from membench.harness.runs.runner import Observer


class _Silent:
    def started(self, trial: Trial) -> None:
        del trial

    def finished(self, trial: Trial, reading: Reading) -> None:
        del trial, reading


class _Bar:
    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("warming up", total=total)
        self._under_way: list[str] = []

    def started(self, trial: Trial) -> None:
        self._under_way.append(_label(trial))
        self._show()

    def finished(self, trial: Trial, reading: Reading) -> None:
        del reading
        self._under_way.remove(_label(trial))
        if trial.repeat != WARM_UP:
            self._progress.advance(self._task)
        self._show()

    def _show(self) -> None:
        self._progress.update(self._task, description=", ".join(self._under_way) or "done")


def _label(trial: Trial) -> str:
    side = f"{trial.workload.side} " if trial.workload.side else ""
    number = "warm-up" if trial.repeat == WARM_UP else f"#{trial.repeat + 1}"
    return f"{side}{trial.workload.key} {number}"


@contextmanager
def progress_of(total: int) -> Iterator[Observer]:
    """Show how many of `total` trials are done, which are under way, and the time left."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Silent()
        return
    columns = (
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bar(progress, total)


@contextmanager
def status_of(what: str) -> Iterator[Callable[[str], None]]:
    """Show what is under way where it is not known how much is left; nothing but on a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status(what) as status:
        yield lambda detail: status.update(f"{what}: {detail}")


@contextmanager
def counted_of(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how many of how many are done, told as they are; nothing but on a terminal."""
    with status_of(what) as update:
        yield lambda done, total: update(f"{done:,} of {total:,}")
