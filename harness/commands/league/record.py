"""The record of `make findings`: its commands, each with the folder that it leaves its documents in."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import join

import click

from membench.harness.commands.league.real import HEAVY, LIGHT, LIMIT, LIMITS, OPEN, PEAKS, RELEASED
from membench.harness.errors import MeasurementError
from membench.harness.store.files import atomic_writer, writable_folder

SCENARIOS = ("league", "league-large", "incident")
FAULTY = "flaky"
"""Where pages fail: what a fix loses of their errors shows nowhere else."""

KINDS = (LIGHT, HEAVY, OPEN, RELEASED)
"""A scenario for each kind of program; `kinds.py` says what tells them apart."""

KIND_VARIANTS = ("baseline", "fix-1", "fix-2", "fix-3", "fix-5", "all", "page-per-operation", "dispose-handles")
LOSES = "all-as-written"
EVERY = "chromium-light-every-variant"
REMEDY_SWITCHES = ("fix-1", "page-per-operation", "replace-pages", "collect-pages", "cache-off")
WEIGHTS = "weights"
WEIGHTS_FOLDER = Path("examples") / WEIGHTS
POOL_SIZE = "PARALLEL_PAGE_POOL_SIZE"
WAYS = ("", "-by-default", "-as-written", "-by-rss")
"""The ways of fix 7: both together, the default of five, and by RSS to the letter and effective."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of the record."""

    name: str
    arguments: tuple[str, ...]
    output: str = ""  # the file for what it prints, where it writes none itself
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path()  # where it is run

    @property
    def shown(self) -> str:
        """The command as it is typed."""
        words = [f"{name}={value}" for name, value in self.environment.items()]
        command = " ".join([*words, join(("membench", *self.arguments))])
        return command if self.folder == Path() else f"(cd {self.folder} && {command})"


def _run(scenarios: Iterable[str], variants: Iterable[str] = (), repeats: int = 3) -> tuple[str, ...]:
    named = [word for name in scenarios for word in ("--scenario", name)]
    chosen = [word for name in dict.fromkeys(variants) for word in ("--variant", name)]
    return ("run", *named, *chosen, "--repeats", str(repeats), "--jobs", "2")


def pool_step(size: int) -> str:
    """Name the step with another pool."""
    return f"pool-of-{size}"


def _described() -> Iterable[Step]:
    """Give the commands about the description's own league."""
    yield Step(name="runs", arguments=_run(SCENARIOS))
    yield Step(name=FAULTY, arguments=_run([FAULTY], repeats=1))
    for name in SCENARIOS:
        yield Step(name=f"attribute-{name}", arguments=("attribute", "--scenario", name, "--jobs", "2"))
    ways = [f"{fixes}{way}" for fixes in ("fix-7", "fix-3+7") for way in WAYS]
    yield Step(name="fix-7", arguments=_run(["league", "incident"], ["baseline", "fix-3", *ways], repeats=1))
    yield Step(name="scale", arguments=("scale", "--sizes", "100,1000,10000,100000", "--jobs", "1"))
    for name in ("league-large", "incident"):
        arguments = ("floor", "--scenario", name, "--format", "json")
        yield Step(name=f"floor-{name}", arguments=arguments, output="floor.json")


def _real() -> Iterable[Step]:
    """Give the commands whose figures stand beside those of a real browser."""
    for name in KINDS:
        of_lines = [line.variant for line in PEAKS if (line.scenario, line.pool, line.teams) == (name, None, None)]
        sound = [variant for variant in of_lines if variant != LOSES]
        yield Step(name=name, arguments=_run([name], [*sound, *KIND_VARIANTS]))
    # Named, a variant that loses data fails the run; among those of a run that names none it is expected to.
    yield Step(name=EVERY, arguments=_run([LIGHT], repeats=1))
    chosen = [word for name in REMEDY_SWITCHES for word in ("--switch", name)]
    yield Step(name="attribute-remedies", arguments=("attribute", "--scenario", HEAVY, *chosen, "--jobs", "2"))
    for pool in dict.fromkeys(line.pool for line in PEAKS if line.pool):
        variants = [line.variant for line in PEAKS if line.pool == pool]
        environment = {POOL_SIZE: str(pool)}
        yield Step(name=pool_step(pool), arguments=_run([HEAVY], variants), environment=environment)
    sized = [word for line in PEAKS if line.teams for word in ("--variant", line.variant)]
    arguments = ("scale", "--scenario", LIGHT, "--sizes", "100,300,500", *sized, "--jobs", "2")
    yield Step(name="scale-chromium", arguments=arguments)
    limited = [word for line in LIMITS for word in ("--variant", line.variant)]
    arguments = ("floor", "--scenario", HEAVY, *limited, "--at", LIMIT, "--format", "json")
    yield Step(name="limit-chromium", arguments=arguments, output="floor.json")
    yield Step(name="incident-measured", arguments=_run(["incident-measured"], ["sequential", "baseline", "all"]))
    yield Step(name=WEIGHTS, arguments=("run", "--repeats", "3", "--jobs", "2"), folder=WEIGHTS_FOLDER)


STEPS: Mapping[str, Step] = {step.name: step for step in (*_described(), *_real())}
FLOORS: Sequence[str] = tuple(name for name in STEPS if name.startswith("floor-"))


def measure(folder: Path, *, keep: bool) -> None:
    """Run the commands one after the other, or with `keep` those that have left nothing yet.

    Raises:
        MeasurementError: one of them failed.
    """
    for step in STEPS.values():
        place = writable_folder(folder / step.name)
        if not (keep and (place / "done").exists()):
            _measure(step, place.absolute())
            (place / "done").touch()


def _measure(step: Step, place: Path) -> None:
    click.echo(step.shown, err=True)
    arguments = [*step.arguments, *([] if step.output else ["--out", str(place)])]
    # A process of its own: what one command has loaded is nothing to the next.
    done = subprocess.run(  # noqa: S603 - this program
        [sys.executable, "-m", "membench", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        cwd=step.folder,
        env={**os.environ, **step.environment},
    )
    if done.returncode != 0:
        raise MeasurementError(f"{step.shown} ended with exit code {done.returncode}; nothing was written.")
    if step.output:
        with atomic_writer(place / step.output) as file:
            file.write(done.stdout)
