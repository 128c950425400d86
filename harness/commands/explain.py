"""`membench explain`: say why one side holds more than the other, and who holds it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from membench.harness.commands.suite_choice import SUITES, choose_suite
from membench.harness.commands.terminal import options
from membench.harness.commands.terminal.progress import progress_of
from membench.harness.errors import EXIT_OK, UsageError
from membench.harness.gate.checkout import check_out, find_commit, forget, forget_killed
from membench.harness.kernel.scratch import held_scratch
from membench.harness.runs.session import Session
from membench.harness.store.files import writable_folder
from membench.harness.trial.adapters import COMMAND

if TYPE_CHECKING:
    from membench.harness.explain.explanation import Explanation
    from membench.harness.explain.measuring import Side
    from membench.harness.model import Workload
    from membench.harness.suites.suite import Suite

PREFIX = "membench-explain-"
FORMATS = ("console", "json", "markdown")
HERE = "."
BASE, HEAD = "base", "head"
_MOST_WORDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    base: str
    head: str
    holders: bool
    native: bool
    timeout: float


@click.command(name="explain")
@click.argument("words", nargs=-1, required=True, metavar="[WORKLOAD] BASE HEAD")
@click.option("--suite", "suite_name", type=click.Choice(SUITES), help="Where the workload comes from.")
@click.option("--scenario", metavar="S", help="The workload, in place of WORKLOAD.")
@click.option("--variant", metavar="V", help="The workload's variant, where two commits are compared.")
@click.option("--native", is_flag=True, help="With the frames of C libraries, as far as they have symbols.")
@click.option("--holders/--no-holders", default=True, show_default=True, help="Find out who holds what shifted.")
@options.timeout(900, text="Seconds that one trial may take; under the instruments all take several times as long.")
@options.out("Keep the page, the captures and the stacks there.")
@options.output_format(FORMATS)
def command(
    words: Sequence[str],
    suite_name: str | None,
    scenario: str | None,
    variant: str | None,
    native: bool,
    holders: bool,
    timeout: float,
    out: Path | None,
    output_format: str,
) -> int:
    """Say why one side holds more than the other, and who holds it.

    BASE and HEAD are two variants of one workload, two commits of its project ("." for the working folder), or two
    folders of captures that a gate or an earlier explanation has kept. Each side runs once under memray for whole
    call paths, and twice under tracemalloc for who holds the objects; no figure of these runs is a peak of the program.

    \b
    membench explain --scenario league baseline all
    membench explain import-orders HEAD~1 . --out out/why
    membench explain out/gate/captures/base out/gate/captures/head
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    name, base, head = _parse(words, scenario)
    request = _Request(base=base, head=head, holders=holders, native=native, timeout=timeout)
    folder = writable_folder(out) if out is not None else None
    if _is_kept(base) and _is_kept(head):
        from membench.harness.explain.measuring import kept_explanation  # noqa: PLC0415 - only where it is asked for

        explanation = kept_explanation(name or Path(head).name, (base, head), (Path(base), Path(head)))
    else:
        suite = choose_suite(suite_name)
        explanation = _measure(suite, name, variant, request, folder)
    _show(explanation, folder, output_format)
    return EXIT_OK


def _parse(words: Sequence[str], scenario: str | None) -> tuple[str | None, str, str]:
    if len(words) == _MOST_WORDS and scenario is None:
        return words[0], words[1], words[2]
    if len(words) == _MOST_WORDS - 1:
        return scenario, words[0], words[1]
    raise UsageError(
        f"explain takes BASE and HEAD, with the WORKLOAD before them or as --scenario; {len(words)} words were given. "
        "Try: membench explain --scenario league baseline all"
    )


def _is_kept(word: str) -> bool:
    from membench.harness.explain.following import CAPTURE  # noqa: PLC0415 - as above

    return (Path(word) / CAPTURE).is_file()


def _measure(
    suite: "Suite", name: str | None, variant: str | None, request: _Request, folder: Path | None
) -> "Explanation":
    from membench.harness.explain.measuring import Explaining  # noqa: PLC0415 - as above

    with held_scratch(PREFIX, lambda there: forget(there / BASE)) as scratch:
        trials, kept = scratch / "trials", (folder or scratch) / "captures"
        trials.mkdir()
        kept.mkdir(parents=True, exist_ok=True)
        session = Session.begin(suite.settings, time_limit_seconds=request.timeout, jobs=1, scratch=trials)
        explaining = Explaining.keeping(session, kept, progress_of, native=request.native)
        with _sides(suite, name, variant, request, scratch) as (title, base, head):
            return explaining.explain(title, base, head, holders=request.holders)


@contextmanager
def _sides(
    suite: "Suite", name: str | None, variant: str | None, request: _Request, scratch: Path
) -> "Iterator[tuple[str, Side, Side]]":
    """Give the workload's title and both sides, as variants if they are, else as commits."""
    from membench.harness.explain.measuring import Side  # noqa: PLC0415 - as above

    names = [name] if name is not None else []
    try:
        found = suite.workloads(names, [request.base, request.head])
    except UsageError:
        found = []
    if found:
        both = {workload.variant: workload for workload in suite.prepare(found)}
        pair = [both.get(request.base), both.get(request.head)]
        if request.base == request.head or None in pair or len({workload.scenario for workload in found}) > 1:
            raise UsageError("BASE and HEAD are two variants of one workload. Name it with --scenario.")
        base, head = (
            Side(label=workload.variant, workload=checked_callable(workload), roots=workload.import_paths)
            for workload in pair
            if workload is not None
        )
        yield base.workload.scenario, base, head
        return
    workload = only_workload(suite.workloads(names, [variant] if variant is not None else []))
    workload = checked_callable(suite.prepare([workload])[0])
    sides = [
        _at_commit(suite, workload, place, ref, scratch) for place, ref in ((BASE, request.base), (HEAD, request.head))
    ]
    try:
        yield f"{workload.scenario}/{workload.variant}", sides[0], sides[1]
    finally:
        for place in (BASE, HEAD):
            forget(scratch / place)


def only_workload(workloads: "Sequence[Workload]", verb: str = "explain") -> "Workload":
    """Give the one workload that was asked for.

    Raises:
        UsageError: there are several, or none.
    """
    if len(workloads) == 1:
        return workloads[0]
    known = ", ".join(sorted({f"{workload.scenario}/{workload.variant}" for workload in workloads})[:8])
    raise UsageError(f"{verb} is about one workload, and {len(workloads)} fit. Name WORKLOAD and --variant: {known}.")


def checked_callable(workload: "Workload", verb: str = "explain") -> "Workload":
    """Give the workload back if it is Python that can be looked into.

    Raises:
        UsageError: it is a command.
    """
    if workload.adapter == COMMAND:
        raise UsageError(
            f"{workload.scenario} is a command, and {verb} looks into the Python of a callable. Define it with "
            'call = "package.module:function" for that.'
        )
    return workload


def _at_commit(suite: "Suite", workload: "Workload", place: str, ref: str, scratch: Path) -> "Side":
    """Place a workload on a commit, or on the working folder, under a folder whose name is as long as the other's."""
    from membench.harness.explain.measuring import Side  # noqa: PLC0415 - as above

    commit = find_commit(Path.cwd(), "HEAD" if ref == HERE else ref)
    if ref == HERE:
        (scratch / place).symlink_to(commit.repository)
    else:
        forget_killed(commit.repository, PREFIX)
        check_out(commit, scratch / place)
    code = scratch / f"{place}-code"
    code.mkdir()
    placed = suite.at([workload], Path(os.path.normpath(scratch / place / commit.inside)), code)[0]
    cache = {"PYTHONPYCACHEPREFIX": str(scratch / f"{place}-bytecode")}
    return Side(
        label="the working folder" if ref == HERE else commit.label,
        workload=replace(placed, environment={**placed.environment, **cache}),
        roots=(str(code), str(scratch / place)),
    )


def _show(explanation: "Explanation", folder: Path | None, output_format: str) -> None:
    from membench.harness.commands.terminal import explanations  # noqa: PLC0415 - draws

    if folder is not None:
        explanation = explanations.write(explanation, folder)
    explanations.show(explanation, output_format)
