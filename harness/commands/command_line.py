"""The command line: its verbs, how each ends, and its exit codes. Only `entry` exits."""

import gc
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from membench.harness.commands.terminal import standard_streams
from membench.harness.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, MembenchError

VERBS: Mapping[str, str] = {
    "run": "Measure workloads and show what each variant's peak is.",
    "measure": "Measure the peak memory of any command.",
    "attribute": "Say which fix bought which megabytes.",
    "scale": "Show how the peak grows with the number of teams.",
    "floor": "Find the smallest memory limit under which a variant still finishes.",
    "size": "Say how much memory to ask for.",
    "gate": "Decide whether a change may go in by its peak memory.",
    "bisect": "Find the commit that raised the peak.",
    "explain": "Say why one side holds more than the other, and who holds it.",
    "leak": "Say whether a workload leaves something behind with each call, how much, and who holds it.",
    "promote": "Accept the levels of a run into a baseline.",
    "doctor": "Say how exact membench is on this machine.",
    "compare": "Show how far the peaks of runs lie from another's.",
    "report": "Write the report and the charts of a run again.",
    "history": "Show each workload's peak over stored runs, and where it changed.",
    "index": "Keep an index over stored runs.",
    "publish": "Write a static site over all stored runs.",
    "backfill": "Measure commits of the past, first a few, then where something changed.",
    "prune": "Delete stored runs that no rule keeps.",
    "export": "Write a run for another tool: a dashboard, a spreadsheet, a monitor.",
    "list": "List workloads, scenarios, variants, meters, charts, formats or exports.",
}
"""Each verb with its summary, so that --help imports none of them. A test holds the summaries to the docstrings."""


MOST_LINES = 2  # of an error


class _LazyGroup(click.Group):
    """Imports a verb's module only when the verb is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"membench.harness.commands.{cmd_name}").command
        if not gc.isenabled():  # all that a verb loads at once is there now
            gc.freeze()
            gc.enable()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine; 1 a regression or a budget exceeded; 2 wrong use or unreadable input; "
    "3 a trial failed; 130 interrupted.",
)
@click.version_option(package_name="membench", prog_name="membench")
def cli() -> None:
    """Measure a program's peak memory exactly, and say which change bought which megabytes.

    Each trial runs in a process of its own under fixed conditions, and its peak is the kernel's own figure.

    \b
    Start with:  membench measure -- python report.py
                 membench run --scenario smoke
    """  # noqa: D301 - \b is click's mark for lines to leave as they are


def main(argv: Sequence[str], program: click.Command | None = None) -> int:
    """Run the command line, or another program that ends as it does, and return the exit code."""
    try:
        code: Any = (program or cli).main(list(argv), prog_name="membench", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return EXIT_OK
    except click.ClickException as error:
        return _complain(error.format_message(), EXIT_USAGE)
    except MembenchError as error:
        return _complain(str(error), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return _complain("interrupted", EXIT_INTERRUPTED)
    except OSError as error:  # what no verb foresaw
        return _complain(_refusal(error), EXIT_USAGE)
    return code if isinstance(code, int) else EXIT_OK


def _complain(message: str, code: int) -> int:
    from membench.reports import wording  # noqa: PLC0415 - only where something went wrong

    # What is quoted in it may come from a file of a stranger, who would write to the terminal, or to a CI's runner.
    lines = f"membench: {message}".splitlines()[:MOST_LINES]
    click.echo("\n".join(map(wording.plain, lines)), err=True)
    return code


def _refusal(error: OSError) -> str:
    try:
        Path.cwd()
    except OSError:
        return "The folder that this runs in is gone. Change to one that is there."
    where = f" ({error.filename})" if error.filename else ""
    return f"The system refused what is needed here: {error.strerror or error}{where}."


def run() -> int:
    """Run the command line of this process and return its exit code."""
    standard_streams.prepare()
    return main(sys.argv[1:])
