"""`membench leak`: say whether a workload leaves something behind with each call, how much, and who holds it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from membench.harness.commands.explain import checked_callable, only_workload
from membench.harness.commands.suite_choice import SUITES, choose_suite
from membench.harness.commands.terminal import options
from membench.harness.commands.terminal.progress import progress_of
from membench.harness.errors import EXIT_OK, EXIT_REGRESSION
from membench.harness.kernel.scratch import held_scratch
from membench.harness.runs.session import Session
from membench.harness.units import parse_size

if TYPE_CHECKING:
    from membench.harness.explain.leak import Leak

PREFIX = "membench-leak-"


@click.command(name="leak")
@click.argument("workload_name", metavar="WORKLOAD")
@click.option("--suite", "suite_name", type=click.Choice(SUITES), help="Where the workload comes from.")
@click.option("--variant", metavar="V", help="The workload's variant.")
@options.count("--calls", default=20_000, most=10_000_000, text="Calls at most; as many are made as decide it.")
@click.option("--per-call", metavar="SIZE", help="Growth per call that is allowed.  [default: next to nothing]")
@click.option("--native", is_flag=True, help="With the frames of C libraries, as far as they have symbols.")
@options.timeout(900)
@options.output_format()
def command(
    workload_name: str,
    suite_name: str | None,
    variant: str | None,
    calls: int,
    per_call: str | None,
    native: bool,
    timeout: float,
    output_format: str,
) -> int:
    """Say whether a workload leaves something behind with each call, how much, and who holds it.

    The workload is called again and again in one process, after calls that are not counted: Python's live allocations
    and, in another process, anonymous resident memory are read after every twentieth of the calls. The second half
    decides, so caches that fill and memory that comes once are no leak. Where so many calls do not decide, four times
    as many are made. Then it is captured after so many calls and after twice as many, and what differs is told.

    \b
    membench leak import-orders
    membench leak parse-page --per-call "1 KiB" --native

    Ends with 1 where there is a leak.
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    from membench.harness.explain.leaking import LeakSearch  # noqa: PLC0415 - only where it is asked for
    from membench.harness.explain.measuring import Explaining, Side  # noqa: PLC0415 - as the one before
    from membench.harness.explain.slope import LeakVerdict  # noqa: PLC0415 - as the ones before

    allowed = parse_size(per_call) if per_call is not None else None
    suite = choose_suite(suite_name)
    workload = only_workload(suite.workloads([workload_name], [variant] if variant is not None else []), "leak")
    workload = checked_callable(suite.prepare([workload])[0], "leak")
    with held_scratch(PREFIX) as scratch:
        trials = scratch / "trials"
        trials.mkdir()
        session = Session.begin(suite.settings, time_limit_seconds=timeout, jobs=1, scratch=trials)
        explaining = Explaining.keeping(session, scratch / "captures", progress_of, native=native)
        search = LeakSearch(explaining=explaining, per_call_bytes=allowed, most_calls=max(calls, 40))
        roots = (*workload.import_paths, str(Path.cwd()))
        found = search.find(Side(label=f"{workload.scenario}/{workload.variant}", workload=workload, roots=roots))
    _show(found, output_format)
    return EXIT_REGRESSION if found.verdict is LeakVerdict.LEAK else EXIT_OK


def _show(found: "Leak", output_format: str) -> None:
    if output_format == "json":
        from membench.harness.commands.terminal.documents import print_json  # noqa: PLC0415 - as above
        from membench.harness.explain.leak_document import leak_document  # noqa: PLC0415 - as above

        print_json(leak_document(found))
        return
    from membench.reports.explanations.leaks import leak_lines  # noqa: PLC0415 - as above

    click.echo("\n".join(leak_lines(found)))
