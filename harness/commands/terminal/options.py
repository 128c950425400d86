"""Options that several verbs take, said once."""

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from membench.harness.errors import UsageError
from membench.harness.model import LONGEST_TIMEOUT_SECONDS
from membench.harness.runs.environment import MACHINE_VARIABLE

Option = Callable[[Callable[..., Any]], Callable[..., Any]]

DEFAULT_TIMEOUT_SECONDS = 300.0
_LONGEST_MACHINE = 100
CONSOLE_OR_JSON = ("console", "json")


class _Seconds(click.FloatRange):
    """A time limit. A range lets through what is no number, since that is neither below nor above it."""

    def __init__(self) -> None:
        super().__init__(0, LONGEST_TIMEOUT_SECONDS, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = float(super().convert(value, param, ctx))
        if math.isnan(seconds):
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return seconds


SECONDS = _Seconds()


def count(*names: str, default: int, most: int = 10_000, text: str) -> Option:
    """Ask for how many, at least one."""
    return click.option(
        *names, type=click.IntRange(1, most), default=default, show_default=True, metavar="N", help=text
    )


def repeats(default: int, *, most: int = 10_000, text: str = "Trials of each.") -> Option:
    """Ask for the trials of each configuration."""
    return count("--repeats", default=default, most=most, text=text)


def jobs(default: int) -> Option:
    """Ask for the trials side by side."""
    return count("--jobs", default=default, most=256, text="Trials side by side.")


def timeout(
    default_seconds: float = DEFAULT_TIMEOUT_SECONDS, *, text: str = "Seconds that one trial may take."
) -> Option:
    """Ask for the time that a trial may take."""
    return click.option(
        "--timeout",
        type=SECONDS,
        default=default_seconds,
        show_default=True,
        metavar="S",
        help=text,
    )


def out(text: str) -> Option:
    """Ask for a folder to keep something in."""
    return click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=text)


def machine() -> Option:
    """Ask for the name of the class of machines that this one is of."""
    return click.option(
        "--machine",
        metavar="NAME",
        expose_value=False,
        callback=_name_machine,
        help=f"Name of this machine's class; only runs of one class are compared.  [env: {MACHINE_VARIABLE}]",
    )


def _name_machine(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is None:
        return
    if not value.strip() or not value.isprintable() or len(value) > _LONGEST_MACHINE:
        raise click.BadParameter(f"A name has 1 to {_LONGEST_MACHINE} printable characters.", context, parameter)
    os.environ[MACHINE_VARIABLE] = value


def resume() -> Option:
    """Ask whether to take up what the folder of --out has."""
    return click.option("--resume", is_flag=True, help="Take up the run that --out has the readings of.")


def output_format(names: Sequence[str] = CONSOLE_OR_JSON) -> Option:
    """Ask for the form in which to print."""
    return click.option("--format", "output_format", type=click.Choice(names), default=names[0], show_default=True)


def without_asv(advice: str) -> Option:
    """Refuse `--asv` with what to use instead, in place of `No such option`."""

    def refuse(context: click.Context, _: click.Parameter, value: str | None) -> None:
        if value is not None:
            raise UsageError(f"membench {context.info_name} does not take an asv suite. {advice}")

    return click.option("--asv", metavar="DIR", hidden=True, expose_value=False, callback=refuse)
